"""`python -m samspill_reports serve | migrate | check-settings`."""

import sys

from samspill_kit.process import main
from samspill_reports.bootstrap import migrate, serve
from samspill_reports.settings import Settings

if __name__ == "__main__":
    sys.exit(main("reports", Settings, serve=serve, migrate=migrate))

"""`python -m samspill_surveys serve | migrate | check-settings`."""

import sys

from samspill_kit.process import main
from samspill_surveys.bootstrap import migrate, serve
from samspill_surveys.settings import Settings

if __name__ == "__main__":
    sys.exit(main("surveys", Settings, serve=serve, migrate=migrate))

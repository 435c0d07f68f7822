"""`python -m samspill_responses serve | migrate | check-settings`."""

import sys

from samspill_kit.process import main
from samspill_responses.bootstrap import migrate, serve
from samspill_responses.settings import Settings

if __name__ == "__main__":
    sys.exit(main("responses", Settings, serve=serve, migrate=migrate))

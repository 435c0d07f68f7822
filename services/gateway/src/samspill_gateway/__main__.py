"""`python -m samspill_gateway serve`, `check-settings`."""

import sys

from samspill_kit.process import main

from .bootstrap import build
from .settings import Settings

if __name__ == "__main__":
    sys.exit(main("gateway", Settings, serve=build))

"""`python -m samspill_retention serve | migrate | check-settings`."""

import sys

from samspill_kit.process import main

from .bootstrap import migrate, serve
from .settings import MigrationSettings, Settings

if __name__ == "__main__":
    sys.exit(
        main("retention", Settings, serve=serve, migrate=migrate, told_first=MigrationSettings)
    )

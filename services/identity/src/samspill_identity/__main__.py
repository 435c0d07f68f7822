"""`python -m samspill_identity serve | migrate | check-settings`."""

import sys

from samspill_identity.bootstrap import migrate, serve
from samspill_identity.settings import MigrationSettings, Settings
from samspill_kit.process import main

if __name__ == "__main__":
    sys.exit(main("identity", Settings, serve=serve, migrate=migrate, told_first=MigrationSettings))

"""How Chromium is started in tests: without a screen, without calling home."""

from __future__ import annotations

import shutil
from typing import Final

EXECUTABLE: Final = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

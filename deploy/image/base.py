"""Makes a base for the images where no registry is asked: a minimal Debian 12 with Python, nothing of this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from deploy.local.install import MissingError, Need, install_packages, say

NAME: Final = "samspill-base:bookworm"
PACKAGES: Final = ("python3", "python3-venv", "ca-certificates")

OF_THIS_MACHINE: Final = (
    *("etc/hostname", "etc/resolv.conf", "etc/machine-id", "etc/apt/sources.list"),
    *("var/cache/apt", "var/lib/apt/lists", "var/log", "var/cache/debconf", "var/cache/ldconfig"),
)
"""What debootstrap copies from where it runs, or leaves behind of the way there."""

UNREAD: Final = ("usr/share/man", "usr/share/info", "usr/share/locale")


def made(docker: str) -> str:
    """Return the name of the base, made now unless the engine has it. Raises MissingError."""
    if _exists(docker):
        return NAME
    if os.geteuid():
        raise MissingError(
            "Name the base with PYTHON_IMAGE=…, a Debian 12 with python3 and python3-venv such as"
            " python:3.11-slim-bookworm; or run as root, and one is made with debootstrap."
        )
    need = Need("debootstrap", "a base image", lambda: bool(shutil.which("debootstrap")))
    install_packages([need])
    say(f"Making the base {NAME} with debootstrap (a minute or two)")
    with tempfile.TemporaryDirectory(prefix="samspill-base-") as folder:
        root = Path(folder) / "root"
        words = ["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", "bookworm"]
        subprocess.run([*words, str(root)], check=True, stdout=subprocess.DEVNULL)
        for path in (*OF_THIS_MACHINE, *UNREAD):
            _remove(root / path)
        with subprocess.Popen(
            ["tar", "--numeric-owner", "-C", str(root), "-c", "."], stdout=subprocess.PIPE
        ) as packed:
            subprocess.run(
                [docker, "import", "-", NAME],
                check=True,
                stdin=packed.stdout,
                stdout=subprocess.DEVNULL,
            )
    return NAME


def _exists(docker: str) -> bool:
    asked = subprocess.run([docker, "image", "inspect", NAME], capture_output=True, check=False)
    return asked.returncode == 0


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
        path.mkdir()
    else:
        path.unlink(missing_ok=True)

"""A real Vault for the tests of the key store, built from its Go module: `make vault`.

A test tool on this machine alone. Vault's licence (BUSL 1.1) is not an open one, so neither its
source nor the binary is ever part of the product or of an image (docs/decisions/0023).
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from deploy.local.install import MissingError, caches, say

VERSION: Final = "1.21.1"
"""The newest that the released version of Vault's own library `sdk` fits (0.20.0): inside their
repository they build with the library as it lies there."""

MODULE: Final = "github.com/hashicorp/vault"
TAGS: Final = "minimal"
"""Vault's own name for a build without the plugins of clouds and databases; AppRole, KV and
transit are in it, the web page is not."""

BINARY_BY_HAND: Final = "SAMSPILL_TEST_VAULT"
"""Names a Vault that the person has already, instead of one that is built."""


def binary() -> Path | None:
    """The Vault that tests start; None when there is none yet."""
    chosen = os.environ.get(BINARY_BY_HAND)
    if chosen:
        return Path(chosen)
    built = _folder() / "vault"
    return built if built.exists() else None


def build() -> Path:
    """Build Vault unless it is there already, and return the binary."""
    ready = _folder() / "vault"
    with _alone(_folder()):
        if not ready.exists():
            _build(ready)
    return ready


def _folder() -> Path:
    return caches() / "vault" / VERSION


def _build(ready: Path) -> None:
    if not shutil.which("go"):
        raise MissingError("Vault is built from its Go module, which needs Go 1.25.3 or later.")
    say(f"Building Vault {VERSION} for the tests (ten minutes, the first time only)")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(dir=ready.parent, prefix=".build-") as folder:
        made = Path(folder) / "vault"
        _compile(Path(folder), made)
        made.rename(ready)
    say(f"Built in {time.monotonic() - began:.0f} s: {ready}")


def _compile(folder: Path, made: Path) -> None:
    _go(folder, "mod", "init", "vault-for-tests")
    downloaded = json.loads(_go(folder, "mod", "download", "-json", f"{MODULE}@v{VERSION}"))
    for old, new in _replacements(Path(downloaded["GoMod"])):
        _go(folder, "mod", "edit", f"-replace={old}={new}")
    _go(folder, "get", "-tool", f"{MODULE}@v{VERSION}")
    _go(folder, "build", "-trimpath", f"-tags={TAGS}", "-ldflags=-s -w", "-o", str(made), MODULE)


def _replacements(module_file: Path) -> Iterator[tuple[str, str]]:
    """What the module replaces by other modules; what it replaces by its own folders is released.

    A module's replacements count for the main module alone, so they are said again in ours.
    """
    said = subprocess.run(
        ["go", "mod", "edit", "-json", str(module_file)], capture_output=True, check=True
    )
    for each in json.loads(said.stdout)["Replace"] or ():
        if not each["New"]["Path"].startswith("."):
            yield _written(each["Old"]), _written(each["New"])


def _written(module: dict[str, str]) -> str:
    return f"{module['Path']}@{module['Version']}" if "Version" in module else module["Path"]


def _go(folder: Path, *words: str) -> str:
    # One package at a time and politely: other work goes on beside a build of minutes.
    environment = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-p=1 -buildvcs=false"}
    finished = subprocess.run(
        ["nice", "-n", "15", "go", *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode:
        said = "\n".join(finished.stderr.splitlines()[-12:])
        raise MissingError(f"Vault could not be built: go {words[0]} said\n{said}")
    return finished.stdout


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Build, or say in a sentence what is missing."""
    try:
        build()
    except MissingError as missing:
        print(missing, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Passwords and keys of one installation: random, made once, in files that only the owner reads."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# Without letters and digits that look alike, because people type them.
READABLE: Final = "abcdefghijkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Credentials:
    """A folder of secrets, each made when it is first asked for."""

    folder: Path

    def secret(self, name: str) -> str:
        """A password between two programs, 256 bits."""
        return self.file_of(name).read_text()

    def file_of(self, name: str) -> Path:
        """The file that holds the secret of that name."""
        return self.file(name, lambda: secrets.token_urlsafe(32).encode())

    def password(self, name: str) -> str:
        """A password that a person types: four groups of four, 79 bits."""
        return self.file(name, _readable_password).read_text()

    def key(self, name: str) -> Path:
        """File with 32 random bytes."""
        return self.file(name, lambda: secrets.token_bytes(32))

    def kept(self, name: str, content: str) -> Path:
        """File that holds `content` now, replaced when it was something else."""
        path = self.folder / name
        if not path.exists() or path.read_text() != content:
            write_private(path, content.encode())
        return path

    def file(self, name: str, make: Callable[[], bytes]) -> Path:
        """File of that name, filled by `make` if it is not there."""
        path = self.folder / name
        if not path.exists():
            write_private(path, make())
        return path


def _readable_password() -> bytes:
    groups = ("".join(secrets.choice(READABLE) for _ in range(4)) for _ in range(4))
    return "-".join(groups).encode()


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)

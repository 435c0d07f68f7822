"""A folder of small wrapped keys, replaced and destroyed with fsync."""

from __future__ import annotations

import json
import os
import secrets
from datetime import datetime
from pathlib import Path


class FolderPlace:
    """One file per key, readable by its owner alone.

    A file is written beside its place, synced, linked, and its folder synced, so that a power cut
    leaves the old state or the new. Destroying overwrites, syncs, unlinks and syncs the folder; a
    medium may keep an old block, so a file holds only a wrapped key (docs/privacy/keys.md).
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        for part in ("surveys", "schools", "installation"):
            (directory / part).mkdir(mode=0o700, parents=True, exist_ok=True)

    def add(self, name: str, wrapped: bytes) -> None:
        path = self._path(name)
        beside = path.with_suffix(f".{secrets.token_hex(8)}.new")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(wrapped)
            file.flush()
            os.fsync(file.fileno())
        try:
            # A link, unlike a rename, never replaces a key that another replica made meanwhile.
            path.hardlink_to(beside)
        except FileExistsError:
            pass
        finally:
            beside.unlink()
        _sync_folder(path.parent)

    def find(self, name: str) -> bytes | None:
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None

    def destroy(self, name: str) -> None:
        path = self._path(name)
        try:
            with path.open("r+b", buffering=0) as file:
                file.write(secrets.token_bytes(path.stat().st_size))
                os.fsync(file.fileno())
        except FileNotFoundError:
            return
        path.unlink(missing_ok=True)
        _sync_folder(path.parent)

    def add_tombstone(self, survey_id: str, at: datetime) -> None:
        if survey_id in self.tombstones():
            return
        line = json.dumps({"survey_id": survey_id, "at": at.isoformat(timespec="seconds")})
        path = self._directory / "tombstones.jsonl"
        with path.open("a", encoding="utf-8") as file:
            path.chmod(0o600)
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(self._directory)

    def tombstones(self) -> frozenset[str]:
        path = self._directory / "tombstones.jsonl"
        if not path.exists():
            return frozenset()
        lines = path.read_text(encoding="utf-8").splitlines()
        return frozenset(json.loads(line)["survey_id"] for line in lines if line)

    def _path(self, name: str) -> Path:
        return self._directory / f"{name}.key"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""A directory of small wrapped keys, replaced and destroyed with fsync."""

from __future__ import annotations

import json
import os
import secrets
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from samspill_kit.clock import Clock
from samspill_kit.ids import SchoolId, SurveyId
from samspill_retention.domain.errors import KeyIsGone, RootKeyDoesNotFit

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
VERSION: Final = b"\x01"


class FileKeyStore:
    """Keys wrapped by the root key with AES-256-GCM, each file bound to its own name.

    A file is written beside its place, synced, linked, and its folder synced, so that a power cut
    leaves the old state or the new. Destroying overwrites, syncs, unlinks and syncs the folder; a
    medium may keep an old block, so a file holds only a wrapped key (docs/privacy/keys.md).
    """

    def __init__(self, directory: Path, root_key: bytes, clock: Clock) -> None:
        if len(root_key) != KEY_BYTES:
            raise RootKeyDoesNotFit(bytes=str(len(root_key)))
        self._directory = directory
        self._root = AESGCM(root_key)
        self._clock = clock
        for part in ("surveys", "schools", "installation"):
            (directory / part).mkdir(mode=0o700, parents=True, exist_ok=True)

    def create_survey_key(self, survey_id: SurveyId) -> None:
        self._create(f"surveys/{survey_id}")

    def survey_key(self, survey_id: SurveyId) -> bytes:
        name = f"surveys/{survey_id}"
        if not self._path(name).exists():
            raise KeyIsGone(survey_id=str(survey_id))
        return self._read(name)

    def destroy_survey_key(self, survey_id: SurveyId) -> None:
        self._append_tombstone(survey_id, self._clock.now())
        path = self._path(f"surveys/{survey_id}")
        if not path.exists():
            return
        with path.open("r+b", buffering=0) as file:
            file.write(secrets.token_bytes(path.stat().st_size))
            os.fsync(file.fileno())
        path.unlink()
        _sync_folder(path.parent)

    def school_key(self, school_id: SchoolId) -> bytes:
        return self._created(f"schools/{school_id}")

    def pepper(self) -> bytes:
        return self._created("installation/pepper")

    def receipt_key(self) -> bytes:
        """Return the seed of the key that signs receipts, made at the first request."""
        return self._created("installation/receipts")

    def tombstones(self) -> frozenset[str]:
        """Return the ids of every survey whose key was ever destroyed here (SPEC T6)."""
        path = self._directory / "tombstones.jsonl"
        if not path.exists():
            return frozenset()
        lines = path.read_text(encoding="utf-8").splitlines()
        return frozenset(json.loads(line)["survey_id"] for line in lines if line)

    def _append_tombstone(self, survey_id: SurveyId, at: datetime) -> None:
        if str(survey_id) in self.tombstones():
            return
        line = json.dumps({"survey_id": str(survey_id), "at": at.isoformat(timespec="seconds")})
        path = self._directory / "tombstones.jsonl"
        with path.open("a", encoding="utf-8") as file:
            path.chmod(0o600)
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(self._directory)

    def _path(self, name: str) -> Path:
        return self._directory / f"{name}.key"

    def _created(self, name: str) -> bytes:
        self._create(name)
        return self._read(name)

    def _create(self, name: str) -> None:
        path = self._path(name)
        if path.exists():
            return
        nonce = secrets.token_bytes(NONCE_BYTES)
        wrapped = self._root.encrypt(nonce, secrets.token_bytes(KEY_BYTES), name.encode())
        beside = path.with_suffix(f".{secrets.token_hex(8)}.new")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(VERSION + nonce + wrapped)
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

    def _read(self, name: str) -> bytes:
        content = self._path(name).read_bytes()
        nonce, wrapped = content[1 : 1 + NONCE_BYTES], content[1 + NONCE_BYTES :]
        try:
            return self._root.decrypt(nonce, wrapped, name.encode())
        except InvalidTag:
            raise RootKeyDoesNotFit(key=name.split("/", maxsplit=1)[0]) from None


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

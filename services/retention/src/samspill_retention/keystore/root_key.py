"""Keys wrapped by 32 bytes that are mounted as a file."""

from __future__ import annotations

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from samspill_retention.domain.errors import RootKeyDoesNotFit

from .store import KEY_BYTES, kind_of

NONCE_BYTES: Final = 12
VERSION: Final = b"\x01"


class RootKeyWrapping:
    """AES-256-GCM with a random nonce; the key's name is the associated data."""

    def __init__(self, root_key: bytes) -> None:
        if len(root_key) != KEY_BYTES:
            raise RootKeyDoesNotFit(setting="ROOT_KEY_FILE", bytes=len(root_key))
        self._root = AESGCM(root_key)

    def wrap(self, key: bytes, name: str) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return VERSION + nonce + self._root.encrypt(nonce, key, name.encode())

    def unwrap(self, wrapped: bytes, name: str) -> bytes:
        nonce, sealed = wrapped[1 : 1 + NONCE_BYTES], wrapped[1 + NONCE_BYTES :]
        try:
            return self._root.decrypt(nonce, sealed, name.encode())
        # ValueError: too short to hold a nonce, such as a file that was cut off.
        except (InvalidTag, ValueError):
            raise RootKeyDoesNotFit(setting="ROOT_KEY_FILE", part=kind_of(name)) from None

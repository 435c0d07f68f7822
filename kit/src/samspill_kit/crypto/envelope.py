"""AES-256-GCM with associated data that ties a ciphertext to its one place."""

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12  # 96 bits, NIST SP 800-38D section 8.2.2.
_FORMAT: Final = b"\x01"


class Unopenable(Exception):
    """The ciphertext belongs elsewhere, was altered, or its key is another one."""


class Envelope:
    """Seals and opens with one key. Never more than 2^32 seals a key (SP 800-38D section 8.3)."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("a key has 32 bytes")
        self._cipher = AESGCM(key)

    def seal(self, plaintext: bytes, associated: bytes) -> bytes:
        """Return format byte, random nonce, ciphertext, tag: 29 bytes more than the plaintext."""
        nonce = os.urandom(NONCE_BYTES)
        return _FORMAT + nonce + self._cipher.encrypt(nonce, plaintext, _FORMAT + associated)

    def open(self, sealed: bytes, associated: bytes) -> bytes:
        """Return the plaintext. Raises Unopenable."""
        if sealed[:1] != _FORMAT:
            raise Unopenable
        nonce = sealed[1 : 1 + NONCE_BYTES]
        try:
            return self._cipher.decrypt(nonce, sealed[1 + NONCE_BYTES :], _FORMAT + associated)
        except (InvalidTag, ValueError):
            raise Unopenable from None


def associated(service: str, table: str, *key: object, column: str, version: int) -> bytes:
    """Return the associated data of one column of one row (ARCHITECTURE.md section 4).

    `key` is the full primary key in the table's order, ids or texts; `version` that of the
    encoding. Each part carries its length, so that no two places have the same bytes.
    """
    parts = [str(part).encode() for part in (service, table, *key, column, version)]
    return b"".join(len(part).to_bytes(2) + part for part in parts)


def derive(key: bytes, purpose: str) -> bytes:
    """Return the 32 bytes of a sub-key (HKDF-SHA-256, RFC 5869); purposes never share one."""
    expand = HKDF(
        algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"samspill/" + purpose.encode()
    )
    return expand.derive(key)

"""Padding, so that a ciphertext's length does not tell what was answered."""

from typing import Final

_END: Final = b"\x80"  # ISO/IEC 7816-4: one such byte, then zeros.


def pad(plaintext: bytes, *, to: int = 64) -> bytes:
    """Return the plaintext filled up to the next of the sizes `to`, 2·`to`, 4·`to` …"""
    size = to
    while size < len(plaintext) + 1:
        size *= 2
    return (plaintext + _END).ljust(size, b"\0")


def unpad(padded: bytes) -> bytes:
    """Return what was padded. Raises ValueError when nothing was."""
    stripped = padded.rstrip(b"\0")
    if not stripped.endswith(_END):
        raise ValueError("not padded")
    return stripped[:-1]

"""Sealing what names and answers are, with keys that die with their survey (SPEC P1, R2)."""

from samspill_kit.crypto.envelope import Envelope, Unopenable, associated, derive
from samspill_kit.crypto.key_ring import IssuedKey, KeyRing, LeasedKeys
from samspill_kit.crypto.padding import pad, unpad

__all__ = [
    "Envelope",
    "IssuedKey",
    "KeyRing",
    "LeasedKeys",
    "Unopenable",
    "associated",
    "derive",
    "pad",
    "unpad",
]

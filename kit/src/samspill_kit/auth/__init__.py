"""Passports and permits: short-lived signed tokens that every service verifies itself (SPEC P3)."""

from samspill_kit.auth.errors import (
    ClocksDiffer,
    PassportExpired,
    PassportMissing,
    PassportNotAccepted,
    PermitMissing,
    PermitNotAccepted,
    SigningKeysUnavailable,
)
from samspill_kit.auth.reading import AuditHeadReader, PassportReader, PermitReader
from samspill_kit.auth.signing import TokenSigner, new_signing_key, public_key_set
from samspill_kit.auth.signing_keys import JwksSource

__all__ = [
    "AuditHeadReader",
    "ClocksDiffer",
    "JwksSource",
    "PassportExpired",
    "PassportMissing",
    "PassportNotAccepted",
    "PassportReader",
    "PermitMissing",
    "PermitNotAccepted",
    "PermitReader",
    "SigningKeysUnavailable",
    "TokenSigner",
    "new_signing_key",
    "public_key_set",
]

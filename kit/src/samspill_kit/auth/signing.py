"""Signing of passports and permits; identity alone holds the private key."""

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Final
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from samspill_kit.auth.claims import (
    Claims,
    Person,
    claims_of_head,
    claims_of_permit,
    claims_of_person,
)
from samspill_kit.clock import Clock
from samspill_kit.principal import AuditHead, Permit

ALGORITHM: Final = "Ed25519"
"""RFC 9864; the older name of the same signature, EdDSA, is deprecated there."""

ISSUER: Final = "identity"
PASSPORT_TYPE: Final = "passport+jwt"
PERMIT_TYPE: Final = "permit+jwt"
AUDIT_HEAD_TYPE: Final = "audit-head+jwt"
STAFF_PASSPORT_FOR: Final = timedelta(seconds=30)
PUPIL_PASSPORT_FOR: Final = timedelta(seconds=120)
PERMIT_FOR: Final = timedelta(seconds=60)
AUDIT_HEAD_FOR: Final = timedelta(minutes=5)
"""Long enough to be handed over; what was handed over is kept."""


def new_signing_key() -> OKPKey:
    """Return a new Ed25519 key whose id is its RFC 7638 thumbprint."""
    return OKPKey.generate_key("Ed25519", auto_kid=True)


def public_key_set(keys: Iterable[OKPKey]) -> str:
    """Return the keys' public halves as a JSON Web Key Set (RFC 7517)."""
    return json.dumps(KeySet(list(keys)).as_dict(private=False))


class TokenSigner:
    """Signs for one installation with one key."""

    def __init__(self, key: OKPKey, *, installation: str, clock: Clock) -> None:
        self._key = key
        self._installation = installation
        self._clock = clock

    def passport(self, person: Person, *, valid_for: timedelta | None = None) -> str:
        """Return a passport: 30 s for staff, 120 s for pupils (ARCHITECTURE.md section 2)."""
        is_pupil = claims_of_person(person)["kind"] == "pupil"
        usual = PUPIL_PASSPORT_FOR if is_pupil else STAFF_PASSPORT_FOR
        claims = claims_of_person(person) | {"jti": str(uuid4())}
        return self._sign(claims, PASSPORT_TYPE, valid_for or usual)

    def permit(self, permit: Permit) -> str:
        """Return a permit of 60 s; call it only after the audit entry was committed (SPEC I8)."""
        return self._sign(claims_of_permit(permit), PERMIT_TYPE, PERMIT_FOR)

    def audit_head(self, head: AuditHead) -> str:
        """Return a signed head of an audit chain, to be handed to retention (SPEC I8)."""
        return self._sign(claims_of_head(head), AUDIT_HEAD_TYPE, AUDIT_HEAD_FOR)

    def _sign(self, claims: Claims, kind: str, valid_for: timedelta) -> str:
        now = self._clock.now()
        times = {"iat": int(now.timestamp()), "exp": int((now + valid_for).timestamp())}
        header = {"alg": ALGORITHM, "kid": self._key.kid, "typ": kind}
        return jwt.encode(
            header,
            {"iss": ISSUER, "aud": self._installation} | times | claims,
            self._key,
            algorithms=[ALGORITHM],
        )

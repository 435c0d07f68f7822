"""Verifying passports and permits; a verified value is kept until its token expires."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final, Generic, TypeVar

from joserfc import jws
from joserfc.errors import JoseError

from samspill_kit import metrics
from samspill_kit.auth.claims import Person, head_of, permit_of, person_of
from samspill_kit.auth.errors import (
    AuditHeadNotAccepted,
    ClocksDiffer,
    PassportExpired,
    PassportNotAccepted,
    PermitNotAccepted,
)
from samspill_kit.auth.signing import (
    ALGORITHM,
    AUDIT_HEAD_TYPE,
    ISSUER,
    PASSPORT_TYPE,
    PERMIT_TYPE,
)
from samspill_kit.auth.signing_keys import JwksSource
from samspill_kit.clock import Clock
from samspill_kit.errors import DomainError, Invalid
from samspill_kit.logging import get_logger
from samspill_kit.principal import AuditHead, Permit

log = get_logger(__name__)

LEEWAY: Final = timedelta(seconds=5)
MOST_REMEMBERED: Final = 20_000
"""About 20 MB; whole schools answer at the same time."""

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class _Rules(Generic[Value]):
    name: str
    token_type: str
    value_of: Callable[[Mapping[str, Any]], Value]
    not_accepted: type[DomainError]
    expired: type[DomainError]


class _TokenReader(Generic[Value]):
    def __init__(
        self, keys: JwksSource, *, installation: str, clock: Clock, rules: _Rules[Value]
    ) -> None:
        self._keys = keys
        self._installation = installation
        self._clock = clock
        self._rules = rules
        self._verified: dict[bytes, tuple[Value, float]] = {}
        self._differences = metrics.CLOCK_DIFFERENCES.labels(rules.name)

    async def read(self, token: str) -> Value:
        """Return what the token says, if identity signed it for this installation and lately."""
        digest = sha256(token.encode()).digest()
        now = self._clock.now().timestamp()
        remembered = self._verified.get(digest)
        if remembered is None:
            remembered = await self._verify(token, now)
            self._remember(digest, remembered, now)
        value, last_moment = remembered
        if now > last_moment:
            raise self._rules.expired
        return value

    async def _verify(self, token: str, now: float) -> tuple[Value, float]:
        refusal = self._rules.not_accepted
        try:
            header = jws.extract_compact(token.encode()).headers()
            if header.get("typ") != self._rules.token_type or header.get("alg") != ALGORITHM:
                raise refusal
            key = await self._keys.key(str(header.get("kid")))
            if key is None:
                raise refusal
            signed = jws.deserialize_compact(token, key, algorithms=[ALGORITHM])
            claims = _json_object(signed.payload)
            if not self._is_ours(claims):
                raise refusal
            self._demand_past(claims["iat"], now)
            return self._rules.value_of(claims), claims["exp"] + LEEWAY.total_seconds()
        except (JoseError, KeyError, TypeError, ValueError, AttributeError, Invalid):
            # The cause would quote the token.
            raise refusal from None

    def _demand_past(self, issued_at: float, now: float) -> None:
        """Only after the signature: nobody else can make this service speak of clocks."""
        if issued_at > now + LEEWAY.total_seconds():
            self._differences.inc()
            log.warning("A token comes from the future", seconds_ahead=round(issued_at - now))
            raise ClocksDiffer

    def _is_ours(self, claims: Mapping[str, Any]) -> bool:
        return (
            claims["iss"] == ISSUER
            and claims["aud"] == self._installation
            and isinstance(claims["exp"], int)
            and isinstance(claims["iat"], int)
        )

    def _remember(self, digest: bytes, verified: tuple[Value, float], now: float) -> None:
        if len(self._verified) >= MOST_REMEMBERED:
            self._verified = {
                known: each for known, each in self._verified.items() if each[1] >= now
            }
        if len(self._verified) < MOST_REMEMBERED:
            self._verified[digest] = verified


def _json_object(payload: bytes) -> Mapping[str, Any]:
    claims = json.loads(payload)
    if not isinstance(claims, dict):
        raise ValueError("claims are an object")
    return claims


class PassportReader(_TokenReader[Person]):
    """Turns a passport into the person it is about.

    `read` raises PassportExpired, PassportNotAccepted, ClocksDiffer or SigningKeysUnavailable.
    """

    def __init__(self, keys: JwksSource, *, installation: str, clock: Clock) -> None:
        rules = _Rules("passport", PASSPORT_TYPE, person_of, PassportNotAccepted, PassportExpired)
        super().__init__(keys, installation=installation, clock=clock, rules=rules)


class PermitReader(_TokenReader[Permit]):
    """Turns a permit into what it allows. `read` raises PermitNotAccepted, also when too old."""

    def __init__(self, keys: JwksSource, *, installation: str, clock: Clock) -> None:
        rules = _Rules("permit", PERMIT_TYPE, permit_of, PermitNotAccepted, PermitNotAccepted)
        super().__init__(keys, installation=installation, clock=clock, rules=rules)


class AuditHeadReader(_TokenReader[AuditHead]):
    """Turns a signed head into what it says. `read` raises AuditHeadNotAccepted."""

    def __init__(self, keys: JwksSource, *, installation: str, clock: Clock) -> None:
        rules = _Rules(
            "audit_head", AUDIT_HEAD_TYPE, head_of, AuditHeadNotAccepted, AuditHeadNotAccepted
        )
        super().__init__(keys, installation=installation, clock=clock, rules=rules)

"""Sessions of staff and pupils; tokens are kept as their SHA-256 alone."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from samspill_identity.domain.schools import Membership
from samspill_kit.ids import (
    MunicipalityId,
    ParticipantId,
    SchoolId,
    SessionId,
    StaffId,
    SurveyId,
)

STAFF_IDLE_FOR: Final = timedelta(minutes=30)
STAFF_ENDS_AFTER: Final = timedelta(hours=10)
ATTEMPT_FOR: Final = timedelta(minutes=10)

RIGHTS_FRESH_FOR: Final = timedelta(seconds=20)
"""Older rights are asked for anew before a passport is signed (ARCHITECTURE.md section 2)."""

RIGHTS_KEPT_FOR: Final = timedelta(minutes=15)
"""How long they count while Keycloak does not answer."""

TOUCH_EVERY: Final = timedelta(seconds=60)
"""How often the last use is written; idle time is counted to this precision."""


NewSecret = Callable[[], str]
"""Makes an opaque token of 32 random bytes."""


def random_secret() -> str:
    """An opaque token from the operating system's randomness."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> bytes:
    """What is stored of a token that has 256 random bits: no salt and no pepper are needed."""
    return hashlib.sha256(token.encode()).digest()


@dataclass(frozen=True, slots=True)
class SignInAttempt:
    """What must be remembered while the browser is at Keycloak."""

    state: str
    nonce: str
    verifier: str
    return_path: str


@dataclass(frozen=True, slots=True)
class ProviderTokens:
    """What Keycloak gave for a person; never leaves identity."""

    refresh_token: str

    def __repr__(self) -> str:
        return "ProviderTokens(hidden)"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom Keycloak vouches for, now."""

    staff_id: StaffId
    display_name: str
    memberships: frozenset[Membership]
    provider_session: str
    tokens: ProviderTokens
    has_second_factor: bool = False
    """Keycloak says so in the claim `acr`."""


@dataclass(frozen=True, slots=True)
class StaffSession:
    """A sign-in of staff."""

    id: SessionId
    person: Person
    active_school: SchoolId | None
    started_at: datetime
    used_at: datetime
    rights_read_at: datetime
    active_municipality: MunicipalityId | None = None
    """Set while the municipality is the active place; then there is no active school."""

    device: str = ""
    """The kind of browser and machine in two words, for the person's list of sign-ins."""

    @property
    def ends_at(self) -> datetime:
        """The absolute end."""
        return self.started_at + STAFF_ENDS_AFTER

    def is_alive_at(self, now: datetime) -> bool:
        """Whether neither the idle nor the absolute end has come."""
        return now < self.ends_at and now - self.used_at < STAFF_IDLE_FOR

    def needs_rights_at(self, now: datetime) -> bool:
        """Whether Keycloak must be asked before a passport is signed."""
        return now - self.rights_read_at > RIGHTS_FRESH_FOR

    def may_go_on_without_provider_at(self, now: datetime) -> bool:
        """Whether what is known still counts while Keycloak does not answer."""
        return now - self.rights_read_at <= RIGHTS_KEPT_FOR

    def with_rights(self, person: Person, *, at: datetime) -> "StaffSession":
        """The session after Keycloak was asked."""
        return replace(self, person=person, rights_read_at=at)

    def at_school(self, school_id: SchoolId | None) -> "StaffSession":
        """The session with another active school."""
        return replace(self, active_school=school_id, active_municipality=None)

    def at_municipality(self, municipality_id: MunicipalityId) -> "StaffSession":
        """The session with a municipality as its active place."""
        return replace(self, active_school=None, active_municipality=municipality_id)


@dataclass(frozen=True, slots=True)
class SignIn:
    """A living sign-in as its owner and the leader see it: without tokens."""

    id: SessionId
    staff_id: StaffId
    started_at: datetime
    used_at: datetime
    device: str


@dataclass(frozen=True, slots=True)
class PupilSession:
    """An entry by code."""

    id: SessionId
    municipality_id: MunicipalityId
    school_id: SchoolId
    survey_id: SurveyId
    participant_id: ParticipantId
    write_only: bool
    expires_at: datetime

"""Sign-ins, Keycloak, schools and a school's rows in memory, for unit tests of sign-in alone."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

from samspill_identity.domain.ceilings import Ceilings
from samspill_identity.domain.errors import (
    IdentityProviderDown,
    OrganisationNumberWrong,
    SignInAttemptUnknown,
    SignInRefused,
)
from samspill_identity.domain.grants import DatedGrant
from samspill_identity.domain.ports import SignedToken, Work
from samspill_identity.domain.schools import (
    Colleague,
    Membership,
    Municipality,
    School,
    municipality_id_of,
    school_id_of,
)
from samspill_identity.domain.sessions import (
    Person,
    ProviderTokens,
    SignIn,
    SignInAttempt,
    StaffSession,
)
from samspill_identity.domain.surveys import Share
from samspill_kit.clock import Clock
from samspill_kit.ids import MunicipalityId, RandomIds, SchoolId, SessionId, StaffId
from samspill_kit.principal import (
    AuditHead,
    MunicipalityPrincipal,
    Permit,
    PupilPrincipal,
    StaffPrincipal,
)

KOMMUNE = Municipality(municipality_id_of("999999999"), "999999999", "Prøve kommune")
TUN = School(school_id_of("111111111"), municipality_id_of("999999999"), "111111111", "Tun skole")
HAUG = School(school_id_of("222222222"), municipality_id_of("999999999"), "222222222", "Haug skole")


class FakeStaffSessions:
    """Keeps sign-ins by hash."""

    def __init__(self) -> None:
        self.attempts: dict[bytes, tuple[SignInAttempt, datetime]] = {}
        self.sessions: dict[bytes, StaffSession] = {}

    async def keep_attempt(
        self, token_hash: bytes, attempt: SignInAttempt, *, until: datetime
    ) -> None:
        self.attempts[token_hash] = attempt, until

    async def take_attempt(self, token_hash: bytes, *, at: datetime) -> SignInAttempt:
        attempt, until = self.attempts.pop(token_hash, (None, at))
        if attempt is None or until <= at:
            raise SignInAttemptUnknown
        return attempt

    async def add(self, token_hash: bytes, session: StaffSession) -> None:
        self.sessions[token_hash] = session

    async def find(self, token_hash: bytes) -> StaffSession | None:
        return self.sessions.get(token_hash)

    async def save(self, token_hash: bytes, session: StaffSession) -> None:
        if token_hash in self.sessions:
            self.sessions[token_hash] = session

    async def end(self, token_hash: bytes) -> StaffSession | None:
        return self.sessions.pop(token_hash, None)

    async def of_person(self, staff_id: StaffId) -> Sequence[SignIn]:
        own = [one for one in self.sessions.values() if one.person.staff_id == staff_id]
        return [
            SignIn(one.id, staff_id, one.started_at, one.used_at, one.device)
            for one in sorted(own, key=lambda one: one.started_at, reverse=True)
        ]

    async def end_of_person(self, staff_id: StaffId, session_id: SessionId | None) -> int:
        ended = [
            key
            for key, one in self.sessions.items()
            if one.person.staff_id == staff_id and session_id in (None, one.id)
        ]
        for key in ended:
            del self.sessions[key]
        return len(ended)

    async def end_of_provider(self, *, provider_session: str, staff_id: StaffId | None) -> int:
        def is_meant(session: StaffSession) -> bool:
            if provider_session:
                return session.person.provider_session == provider_session
            return session.person.staff_id == staff_id

        ended = [key for key, session in self.sessions.items() if is_meant(session)]
        for key in ended:
            del self.sessions[key]
        return len(ended)


class FakeProvider:
    """A Keycloak with one person, who can be refused, and which can be down."""

    end_session_url = "https://keycloak.example/logout"

    def __init__(self, *memberships: Membership) -> None:
        self.person = Person(
            RandomIds().new(StaffId),
            "Kari Holm",
            frozenset(memberships),
            "provider-session",
            ProviderTokens("refresh"),
        )
        self.is_down = False
        self.refuses = False
        self.refreshed = 0
        self.ended: list[Person] = []

    def authorization_url(
        self, attempt: SignInAttempt, *, locale: str, second_factor: bool = False
    ) -> str:
        return f"https://keycloak.example/auth?state={attempt.state}&ui_locales={locale}"

    async def exchange(self, code: str, attempt: SignInAttempt) -> Person:
        return self._answer()

    async def refresh(self, person: Person) -> Person:
        self.refreshed += 1
        return self._answer()

    async def end(self, person: Person) -> None:
        self._answer()
        self.ended.append(person)

    async def read_logout(self, logout_token: str) -> tuple[str, StaffId | None]:
        return self.person.provider_session, self.person.staff_id

    def moves_to(self, *memberships: Membership) -> None:
        self.person = replace(self.person, memberships=frozenset(memberships))

    def _answer(self) -> Person:
        if self.is_down:
            raise IdentityProviderDown
        if self.refuses:
            raise SignInRefused
        return self.person


class FakeSchools:
    """Two open schools of one municipality."""

    def __init__(self) -> None:
        self.known: dict[SchoolId, School] = {HAUG.id: HAUG, TUN.id: TUN}
        self.set = Ceilings()
        self.leaders: dict[SchoolId, list[Colleague]] = {}

    async def all(self) -> Sequence[School]:
        return [one for one in self.known.values() if one.is_open]

    async def municipalities(self) -> Sequence[Municipality]:
        return [KOMMUNE]

    async def of_municipality(self, municipality_id: MunicipalityId) -> Sequence[School]:
        return [one for one in self.known.values() if one.municipality_id == municipality_id]

    async def set_open(self, school: School) -> None:
        known = self.known.get(school.id)
        if known and known.municipality_id != school.municipality_id:
            raise OrganisationNumberWrong
        self.known[school.id] = school

    async def leaders_of(self, schools: Sequence[School]) -> Mapping[SchoolId, Sequence[Colleague]]:
        return {one.id: self.leaders.get(one.id, []) for one in schools}

    async def ceilings(self, municipality_id: MunicipalityId) -> Ceilings:
        return self.set

    async def set_ceilings(self, municipality_id: MunicipalityId, ceilings: Ceilings) -> None:
        self.set = ceilings

    async def open(self, municipality: Municipality, schools: Sequence[School]) -> None:
        for school in schools:
            known = self.known.get(school.id, school)
            self.known[school.id] = replace(school, is_open=known.is_open)


class FakeTokens:
    """Unsigned tokens that say nothing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def staff_passport(self, principal: StaffPrincipal) -> SignedToken:
        return SignedToken("staff", self._clock.now() + timedelta(seconds=30))

    def municipality_passport(self, principal: MunicipalityPrincipal) -> SignedToken:
        return SignedToken("municipality", self._clock.now() + timedelta(seconds=30))

    def audit_head(self, head: AuditHead) -> str:
        return f"{head.school_id}:{head.sequence}"

    def pupil_passport(self, principal: PupilPrincipal) -> SignedToken:
        return SignedToken("pupil", self._clock.now() + timedelta(seconds=120))

    def permit(self, permit: Permit) -> SignedToken:
        return SignedToken("permit", self._clock.now() + timedelta(seconds=60))


@dataclass
class FakeSchoolRows:
    """What sign-in touches of a school's rows: grants and who works there."""

    granted: dict[tuple[SchoolId, StaffId], tuple[DatedGrant, ...]] = field(default_factory=dict)
    noted: dict[tuple[SchoolId, StaffId], Colleague] = field(default_factory=dict)

    @asynccontextmanager
    async def begin(self, school_id: SchoolId) -> AsyncIterator[Work]:
        yield cast("Work", _FakeWork(self, school_id))


class _FakeWork:
    def __init__(self, rows: FakeSchoolRows, school_id: SchoolId) -> None:
        self._rows = rows
        self._school_id = school_id
        self.grants: Any = self
        self.colleagues: Any = self
        self.shares: Any = self

    async def of(self, staff_id: StaffId) -> tuple[DatedGrant, ...]:
        return self._rows.granted.get((self._school_id, staff_id), ())

    async def of_staff(self, staff_id: StaffId) -> tuple[Share, ...]:
        return ()

    async def note(self, colleague: Colleague, *, at: datetime) -> None:
        self._rows.noted[self._school_id, colleague.staff_id] = colleague

    async def commit(self) -> None:
        return None

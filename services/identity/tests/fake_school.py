"""One school's rows and its groups in Keycloak, in memory, for unit tests of who may do what."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, cast

from samspill_identity.domain.audit import AuditEntry, ChainHead, Deed
from samspill_identity.domain.errors import IdentityProviderDown, PersonUnknown, SurveyNotFound
from samspill_identity.domain.grants import DatedGrant, StaffGrants
from samspill_identity.domain.ports import Work
from samspill_identity.domain.schools import Colleague, KnownPerson, School
from samspill_identity.domain.surveys import RecordedSurvey, Share
from samspill_kit.ids import IdFactory, RandomIds, SchoolId, SessionId, StaffId, SurveyId
from samspill_kit.principal import Grant, Role, StaffPrincipal

IDS: IdFactory = RandomIds()
UNTIL = date(2027, 7, 31)


class FakeShares:
    """Keeps shares in the order they were made."""

    def __init__(self) -> None:
        self.kept: list[Share] = []

    async def of_survey(self, survey_id: SurveyId) -> Sequence[Share]:
        return sorted(
            (one for one in self.kept if one.survey_id == survey_id), key=lambda one: one.shared_at
        )

    async def of_staff(self, staff_id: StaffId) -> Sequence[Share]:
        theirs = [one for one in self.kept if one.staff_id == staff_id]
        return sorted(theirs, key=lambda one: one.shared_at, reverse=True)

    async def put(self, share: Share) -> None:
        await self.end(share.survey_id, share.staff_id)
        self.kept.append(share)

    async def end(self, survey_id: SurveyId, staff_id: StaffId) -> bool:
        before = len(self.kept)
        self.kept = [
            one for one in self.kept if (one.survey_id, one.staff_id) != (survey_id, staff_id)
        ]
        return len(self.kept) < before

    async def end_of_staff(self, staff_id: StaffId) -> None:
        self.kept = [one for one in self.kept if one.staff_id != staff_id]


class FakeGrants:
    """Keeps grants by person."""

    def __init__(self) -> None:
        self.kept: dict[StaffId, tuple[DatedGrant, ...]] = {}

    async def of(self, staff_id: StaffId) -> tuple[DatedGrant, ...]:
        return self.kept.get(staff_id, ())

    async def of_everyone(self) -> Sequence[StaffGrants]:
        return [StaffGrants(staff_id, grants) for staff_id, grants in self.kept.items()]

    async def replace(
        self, staff_id: StaffId, new: Sequence[DatedGrant], *, by: StaffId, at: datetime
    ) -> None:
        self.kept[staff_id] = tuple(new)


class FakeColleagues:
    """Keeps who works here."""

    def __init__(self) -> None:
        self.kept: list[Colleague] = []

    async def all(self) -> Sequence[Colleague]:
        return self.kept

    async def replace(self, colleagues: Sequence[Colleague], *, at: datetime) -> None:
        self.kept = list(colleagues)


class FakeAudit:
    """Keeps deeds."""

    def __init__(self) -> None:
        self.kept: list[Deed] = []

    async def append(self, deed: Deed) -> AuditEntry:
        self.kept.append(deed)
        return ChainHead().append(deed)


class FakeSurveys:
    """Keeps what is known of surveys."""

    def __init__(self) -> None:
        self.kept: dict[SurveyId, RecordedSurvey] = {}

    async def get(self, survey_id: SurveyId, *, for_update: bool = False) -> RecordedSurvey:
        if survey_id not in self.kept:
            raise SurveyNotFound
        return self.kept[survey_id]

    async def save(self, survey: RecordedSurvey) -> None:
        self.kept[survey.id] = survey


@dataclass
class FakeRows:
    """What a transaction sees, and what stays when it commits."""

    shares: FakeShares = field(default_factory=FakeShares)
    grants: FakeGrants = field(default_factory=FakeGrants)
    colleagues: FakeColleagues = field(default_factory=FakeColleagues)
    audit: FakeAudit = field(default_factory=FakeAudit)
    surveys: FakeSurveys = field(default_factory=FakeSurveys)


class _FakeWork:
    def __init__(self, rows: FakeRows, keep: Callable[[FakeRows], None]) -> None:
        self._rows = rows
        self._keep = keep

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rows, name)

    async def commit(self) -> None:
        self._keep(self._rows)


@dataclass
class FakeSchool:
    """Rows of each school; what was not committed is gone."""

    rows: dict[SchoolId, FakeRows] = field(default_factory=dict)

    def of(self, school: School) -> FakeRows:
        return self.rows.setdefault(school.id, FakeRows())

    @asynccontextmanager
    async def begin(self, school_id: SchoolId) -> AsyncIterator[Work]:
        def keep(rows: FakeRows) -> None:
            self.rows[school_id] = rows

        seen = deepcopy(self.rows.get(school_id, FakeRows()))
        yield cast("Work", _FakeWork(seen, keep))

    def grant(self, school: School, staff_id: StaffId, *grants: Grant) -> None:
        self.of(school).grants.kept[staff_id] = tuple(DatedGrant(one, UNTIL) for one in grants)

    def purposes(self, school: School) -> list[str]:
        return [deed.purpose for deed in self.of(school).audit.kept]


class FakeDirectory:
    """A Keycloak with people and the groups of schools; it can be down."""

    def __init__(self) -> None:
        self.people: dict[StaffId, str] = {}
        self.groups: dict[SchoolId, dict[StaffId, frozenset[Role]]] = {}
        self.is_down = False
        self.asked: list[str] = []
        self.before_removing: Callable[[], None] = lambda: None
        """What somebody else does at the same time."""

    def knows(self, name: str) -> StaffId:
        staff_id = IDS.new(StaffId)
        self.people[staff_id] = name
        return staff_id

    def puts(self, school: School, staff_id: StaffId, *roles: Role) -> None:
        self.groups.setdefault(school.id, {})[staff_id] = frozenset(roles)

    async def of_school(self, school: School) -> Sequence[Colleague]:
        self._answer()
        return [
            Colleague(staff_id, self.people[staff_id], roles)
            for staff_id, roles in self.groups.get(school.id, {}).items()
            if roles
        ]

    async def find(self, query: str, *, limit: int) -> Sequence[KnownPerson]:
        self._answer()
        self.asked.append(query)
        found = [
            KnownPerson(staff_id, name, name.lower())
            for staff_id, name in self.people.items()
            if name.lower().startswith(query.lower())
        ]
        return found[:limit]

    async def add(self, school: School, staff_id: StaffId, role: Role) -> None:
        self._answer()
        if staff_id not in self.people:
            raise PersonUnknown
        self.puts(school, staff_id, *self._roles(school, staff_id), role)

    async def remove(self, school: School, staff_id: StaffId, role: Role) -> None:
        self._answer()
        self.before_removing()
        self.puts(school, staff_id, *(self._roles(school, staff_id) - {role}))

    async def has_groups(self, school: School) -> bool:
        self._answer()
        return school.id in self.groups

    def forget(self, school_id: SchoolId) -> None:
        return None

    def _roles(self, school: School, staff_id: StaffId) -> frozenset[Role]:
        return self.groups.get(school.id, {}).get(staff_id, frozenset())

    def _answer(self) -> None:
        if self.is_down:
            raise IdentityProviderDown


def acting(school: School, staff_id: StaffId, *roles: Role) -> StaffPrincipal:
    """Somebody at work at the school, with nothing granted in the passport."""
    return StaffPrincipal(
        staff_id, school.municipality_id, school.id, frozenset(roles), (), IDS.new(SessionId)
    )


def granted(principal: StaffPrincipal, *grants: Grant) -> StaffPrincipal:
    """The same person with these in the passport."""
    return replace(principal, grants=grants)

"""Retention's ports in memory; contracts/ holds them to the same promises as the real ones."""

from __future__ import annotations

import copy
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from samspill_kit.errors import Unavailable
from samspill_kit.ids import SchoolId, SurveyId
from samspill_kit.testing.clocks import SetClock
from samspill_retention.domain.deletion import SERVICES, Deletion, Receipt
from samspill_retention.domain.errors import KeyIsGone
from samspill_retention.domain.lifetime import Lifetime

Scoped = tuple[SchoolId, SurveyId]


@dataclass
class Rows:
    """What is committed, over all schools."""

    lifetimes: dict[Scoped, Lifetime] = field(default_factory=dict)
    deletions: dict[Scoped, Deletion] = field(default_factory=dict)
    recorded: set[str] = field(default_factory=set)
    told: list[SurveyId] = field(default_factory=list)


class FakeLifetimes:
    def __init__(self, rows: Rows, school_id: SchoolId) -> None:
        self._rows = rows.lifetimes
        self._school = school_id

    async def add(self, lifetime: Lifetime) -> None:
        self._rows.setdefault((self._school, lifetime.survey_id), lifetime)

    async def find(self, survey_id: SurveyId) -> Lifetime | None:
        return self._rows.get((self._school, survey_id))

    async def save(self, lifetime: Lifetime) -> None:
        if (self._school, lifetime.survey_id) in self._rows:
            self._rows[(self._school, lifetime.survey_id)] = lifetime

    async def remove(self, survey_id: SurveyId) -> None:
        self._rows.pop((self._school, survey_id), None)


class FakeDeletions:
    def __init__(self, rows: Rows, school_id: SchoolId) -> None:
        self._rows = rows.deletions
        self._school = school_id

    async def find(self, survey_id: SurveyId, *, for_update: bool = False) -> Deletion | None:
        return copy.deepcopy(self._rows.get((self._school, survey_id)))

    async def newest(self, *, limit: int) -> Sequence[Deletion]:
        own = [each for (school, _), each in self._rows.items() if school == self._school]
        return sorted(own, key=lambda each: each.asked_at, reverse=True)[:limit]

    async def save(self, deletion: Deletion) -> None:
        self._rows[(self._school, deletion.survey_id)] = copy.deepcopy(deletion)


class FakeWork:
    """A copy of the rows, which replaces them at the commit."""

    def __init__(self, kept: FakeStorage, school_id: SchoolId) -> None:
        self._kept = kept
        self._rows = copy.deepcopy(kept.rows)
        self.lifetimes = FakeLifetimes(self._rows, school_id)
        self.deletions = FakeDeletions(self._rows, school_id)

    async def __aenter__(self) -> FakeWork:
        return self

    async def __aexit__(self, *reason: object) -> None:
        return None

    def tell_erased(self, deletion: Deletion) -> None:
        self._rows.told.append(deletion.survey_id)

    async def record(self, event_id: str) -> bool:
        is_new = event_id not in self._rows.recorded
        self._rows.recorded.add(event_id)
        return is_new

    async def commit(self) -> None:
        if self._kept.fails_at_commit:
            self._kept.fails_at_commit -= 1
            raise Crash
        self._kept.rows = self._rows


class Crash(Exception):
    """The process dies at this very moment."""


class FakeStorage:
    """Begins units of work, and is the agenda over what they committed."""

    def __init__(self, clock: SetClock) -> None:
        self.rows = Rows()
        self.fails_at_commit = 0
        self._clock = clock

    def begin(self, school_id: SchoolId) -> FakeWork:
        return FakeWork(self, school_id)

    async def unfinished_deletions(self) -> Sequence[Scoped]:
        return [key for key, each in self.rows.deletions.items() if not each.is_finished]

    async def due_lifetimes(self) -> Sequence[Scoped]:
        today = self._clock.now().date()
        return [key for key, each in self.rows.lifetimes.items() if each.is_due(today=today)]


class FakeKeyStore:
    def __init__(self) -> None:
        self.kept: dict[SurveyId, bytes] = {}
        self.schools: dict[SchoolId, bytes] = {}
        self.destroyed: list[SurveyId] = []
        self._pepper = secrets.token_bytes(32)
        self._receipt_key = secrets.token_bytes(32)

    async def create_survey_key(self, survey_id: SurveyId) -> None:
        self.kept.setdefault(survey_id, secrets.token_bytes(32))

    async def survey_key(self, survey_id: SurveyId) -> bytes:
        if survey_id not in self.kept:
            raise KeyIsGone(survey_id=str(survey_id))
        return self.kept[survey_id]

    async def destroy_survey_key(self, survey_id: SurveyId) -> None:
        self.kept.pop(survey_id, None)
        self.destroyed.append(survey_id)

    async def school_key(self, school_id: SchoolId) -> bytes:
        return self.schools.setdefault(school_id, secrets.token_bytes(32))

    async def pepper(self) -> bytes:
        return self._pepper

    async def receipt_key(self) -> bytes:
        return self._receipt_key

    async def tombstones(self) -> frozenset[str]:
        return frozenset(map(str, self.destroyed))


class FakeErasers:
    """Four services with rows of a survey; each can be away. Remembers the order of what came."""

    def __init__(self) -> None:
        self.away: set[str] = set()
        self.answer_lost: set[str] = set()
        self.locked: dict[str, set[SurveyId]] = {name: set() for name in SERVICES}
        self.calls: list[tuple[str, str]] = []

    async def lock(self, service: str, school_id: SchoolId, survey_id: SurveyId) -> None:
        self._answer("lock", service)
        self.locked[service].add(survey_id)
        if service in self.answer_lost:
            raise Unavailable

    async def unlock(self, service: str, school_id: SchoolId, survey_id: SurveyId) -> None:
        self._answer("unlock", service)
        self.locked[service].discard(survey_id)

    async def erase(
        self, service: str, school_id: SchoolId, survey_id: SurveyId
    ) -> Mapping[str, int]:
        self._answer("erase", service)
        return {"rows_of_" + service: 3}

    def _answer(self, what: str, service: str) -> None:
        if service in self.away:
            raise Unavailable
        self.calls.append((what, service))

    def asked(self, what: str) -> list[str]:
        return sorted(service for each, service in self.calls if each == what)


class FakeSigner:
    def sign(self, document: Mapping[str, object]) -> Receipt:
        return Receipt("{}", "signed", date.fromisoformat(str(document["key_gone_after"])))

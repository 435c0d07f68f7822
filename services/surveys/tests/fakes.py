"""Everything outside the use cases, in memory; the storage part is held to the same suite as
SQL.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar, TypeVar
from uuid import UUID, uuid4

from samspill_kit.errors import Unavailable
from samspill_kit.ids import (
    EntityId,
    EventId,
    GroupId,
    ParticipantId,
    PupilId,
    SchoolId,
    StaffId,
    SurveyId,
)
from samspill_kit.principal import Level
from samspill_surveys.domain.ceilings import Ceilings
from samspill_surveys.domain.errors import (
    QuestionUnknown,
    SurveyChangedMeanwhile,
    SurveyNotFound,
)
from samspill_surveys.domain.events import SurveyEvent
from samspill_surveys.domain.participants import Card, ParticipantList, RosterPupil
from samspill_surveys.domain.ports import Participation, SurveyOverview
from samspill_surveys.domain.question import BankQuestion
from samspill_surveys.domain.survey import Reader, Survey, SurveyGroup

AnyId = TypeVar("AnyId", bound=EntityId)

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


class OtherServiceDown(Unavailable):
    """What a client raises while its service is away."""

    code = "service_down"


class SetClock:
    """A clock that stands until it is moved."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def pass_time(self, span: timedelta) -> None:
        self.at += span


class CountingIds:
    """Random ids, as in production; only their type is asked for."""

    def new(self, kind: type[AnyId]) -> AnyId:
        return kind(uuid4())


CHOSEN_PEERS = BankQuestion("breaks_with", 1, True, True, False, 3)
LEFT_ALONE = BankQuestion("left_alone", 1, True, True, True, 3)
THRIVE = BankQuestion("thrive", 2, False, False, False, 0)
OWN_WORDS = BankQuestion("own_words", 1, False, False, False, 0, is_free_text=True)


class FakeBank:
    """Four questions, of which one may not be asked in a preventive survey."""

    def entry(self, key: str, version: int | None = None) -> BankQuestion:
        for question in (CHOSEN_PEERS, LEFT_ALONE, THRIVE, OWN_WORDS):
            if question.key == key and version in (None, question.version):
                return question
        raise QuestionUnknown(catalogue_key=key)

    def ready_set(self, band: str) -> Sequence[BankQuestion]:
        return [THRIVE, CHOSEN_PEERS, OWN_WORDS]


@dataclass
class Shelf:
    """What one school has stored."""

    surveys: dict[SurveyId, Survey] = field(default_factory=dict)
    lists: dict[SurveyId, ParticipantList] = field(default_factory=dict)
    locks: set[SurveyId] = field(default_factory=set)
    tombstones: dict[SurveyId, dict[str, int]] = field(default_factory=dict)
    inbox: set[EventId] = field(default_factory=set)
    events: list[SurveyEvent] = field(default_factory=list)


class FakeSurveys:
    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def get(self, survey_id: SurveyId) -> Survey:
        if survey_id not in self._shelf.surveys:
            raise SurveyNotFound
        survey = deepcopy(self._shelf.surveys[survey_id])
        survey.is_locked = survey_id in self._shelf.locks
        return survey

    async def get_for_update(self, survey_id: SurveyId) -> Survey:
        return await self.get(survey_id)

    async def find(self, survey_id: SurveyId) -> Survey | None:
        if survey_id in self._shelf.tombstones:
            raise SurveyNotFound
        return await self.get(survey_id) if survey_id in self._shelf.surveys else None

    async def add(self, survey: Survey) -> None:
        if await self.find(survey.id):
            raise SurveyChangedMeanwhile(survey_id=str(survey.id))
        await self.save(survey)

    async def save(self, survey: Survey) -> None:
        self._shelf.events += survey.take_events()
        self._shelf.surveys[survey.id] = deepcopy(survey)


class FakeLists:
    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def of(self, survey_id: SurveyId) -> ParticipantList:
        return self._shelf.lists.get(survey_id, ParticipantList())

    async def save(self, survey_id: SurveyId, participants: ParticipantList) -> None:
        self._shelf.lists[survey_id] = participants


class FakeErasures:
    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def lock(self, survey_id: SurveyId, *, at: datetime) -> None:
        if survey_id not in self._shelf.tombstones:
            self._shelf.locks.add(survey_id)

    async def unlock(self, survey_id: SurveyId) -> None:
        self._shelf.locks.discard(survey_id)

    async def erase(self, survey_id: SurveyId, *, at: datetime) -> Mapping[str, int]:
        sums = self._shelf.tombstones.setdefault(survey_id, {})
        survey = self._shelf.surveys.pop(survey_id, None)
        participants = self._shelf.lists.pop(survey_id, ParticipantList())
        rows = {
            "surveys": 1 if survey else 0,
            "survey_groups": len(survey.plan.groups) if survey else 0,
            "survey_questions": len(survey.plan.questions) if survey else 0,
            "survey_readers": len(survey.readers) if survey else 0,
            "survey_participants": len(participants.everyone),
            "survey_locks": 1 if survey_id in self._shelf.locks else 0,
        }
        self._shelf.locks.discard(survey_id)
        for table, count in rows.items():
            sums[table] = sums.get(table, 0) + count
        return dict(sums)


class FakeInbox:
    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def record(self, event_id: EventId, *, survey_id: SurveyId | None = None) -> bool:
        is_new = event_id not in self._shelf.inbox
        self._shelf.inbox.add(event_id)
        return is_new


class FakeWork:
    """Works on a copy of the shelf; only a commit brings it back."""

    def __init__(self, database: "FakeDatabase", school_id: SchoolId) -> None:
        self._database = database
        self._school_id = school_id
        self._shelf = deepcopy(database.shelf(school_id))
        self.surveys = FakeSurveys(self._shelf)
        self.lists = FakeLists(self._shelf)
        self.erasures = FakeErasures(self._shelf)
        self.inbox = FakeInbox(self._shelf)

    async def commit(self) -> None:
        self._database.shelves[self._school_id] = self._shelf


class FakeDatabase:
    """One shelf per school: a transaction of one school cannot see another's."""

    def __init__(self) -> None:
        self.shelves: dict[SchoolId, Shelf] = {}
        self.fail_next_commit_with: Exception | None = None

    def shelf(self, school_id: SchoolId) -> Shelf:
        return self.shelves.setdefault(school_id, Shelf())

    @asynccontextmanager
    async def begin(self, school_id: SchoolId) -> AsyncIterator[FakeWork]:
        yield FakeWork(self, school_id)

    async def of_pupil(self, school_id: SchoolId, pupil_id: PupilId) -> Sequence[Participation]:
        shelf = self.shelf(school_id)
        surveys = sorted(shelf.surveys.values(), key=lambda one: one.created_at, reverse=True)
        return [
            Participation(
                survey.id,
                one.participant_id,
                survey.plan.title,
                survey.state,
                survey.plan.closes_at,
            )
            for survey in surveys
            if survey.id in shelf.lists
            for one in shelf.lists[survey.id].everyone
            if one.pupil_id == pupil_id
        ]

    async def of_school(self, school_id: SchoolId) -> Sequence[SurveyOverview]:
        shelf = self.shelf(school_id)
        surveys = sorted(shelf.surveys.values(), key=lambda one: one.created_at, reverse=True)
        return [
            SurveyOverview(
                survey_id=survey.id,
                title=survey.plan.title,
                state=survey.state,
                is_locked=survey.id in shelf.locks,
                groups=survey.plan.groups,
                participants=survey.participants,
                questions=len(survey.plan.questions),
                closes_at=survey.plan.closes_at,
                delete_on=survey.plan.lifetime.delete_on,
                created_by=survey.created_by,
            )
            for survey in surveys
        ]


class Outage:
    """A service that can be taken away."""

    def __init__(self) -> None:
        self.is_down = False

    def answer(self) -> None:
        if self.is_down:
            raise OtherServiceDown


class FakeIdentity(Outage):
    """Roster and grants of one school."""

    def __init__(self) -> None:
        super().__init__()
        self.pupils: dict[GroupId, list[RosterPupil]] = {}
        self.names: dict[GroupId, str] = {}
        self.recorded: dict[SurveyId, tuple[GroupId, ...]] = {}
        self.readers: tuple[Reader, ...] = (Reader(StaffId(uuid4()), "Kari Holm", "teacher"),)
        self.fixed: set[SurveyId] = set()
        self.ceilings = Ceilings()
        self.shared: dict[tuple[SurveyId, StaffId], tuple[Level, str]] = {}
        self.meanwhile: Callable[[], None] = lambda: None
        """What happens between identity's answer and its arrival."""

    def given_group(self, name: str, pupils: Iterable[str]) -> GroupId:
        group_id = GroupId(uuid4())
        self.names[group_id] = name
        self.pupils[group_id] = [
            RosterPupil(PupilId(uuid4()), Card(pupil, None, (group_id,))) for pupil in pupils
        ]
        return group_id

    async def groups(self) -> Sequence[SurveyGroup]:
        self.answer()
        return [SurveyGroup(group_id, name) for group_id, name in self.names.items()]

    async def pupils_of(self, group_ids: Sequence[GroupId]) -> Sequence[RosterPupil]:
        self.answer()
        return [pupil for group_id in group_ids for pupil in self.pupils[group_id]]

    async def record(
        self, survey_id: SurveyId, group_ids: Sequence[GroupId], *, delete_on: date
    ) -> Ceilings:
        self.answer()
        self.recorded[survey_id] = tuple(group_ids)
        return self.ceilings

    async def preview_readers(self, survey_id: SurveyId) -> Sequence[Reader]:
        self.answer()
        return self.readers

    async def fix_readers(self, survey_id: SurveyId) -> Sequence[Reader]:
        self.answer()
        self.fixed.add(survey_id)
        return self.readers

    async def share(
        self, survey_id: SurveyId, staff_id: StaffId, *, wished: Level, reason: str
    ) -> Sequence[Reader]:
        self.answer()
        self.shared[survey_id, staff_id] = (wished, reason)
        self.readers = (*self.readers, Reader(staff_id, "Ola Nes", "teacher"))
        told = self.readers if survey_id in self.fixed else ()
        self.meanwhile()
        return told

    async def end_share(self, survey_id: SurveyId, staff_id: StaffId) -> Sequence[Reader]:
        self.answer()
        self.shared.pop((survey_id, staff_id), None)
        self.readers = tuple(one for one in self.readers if one.staff_id != staff_id)
        return self.readers if survey_id in self.fixed else ()


class FakeRetention(Outage):
    """Lifetimes and keys."""

    def __init__(self) -> None:
        super().__init__()
        self.delete_on: dict[SurveyId, date] = {}
        self.held: set[SurveyId] = set()

    async def register(
        self, school_id: SchoolId, survey_id: SurveyId, *, created_by: StaffId, delete_on: date
    ) -> None:
        self.answer()
        self.delete_on[survey_id] = delete_on

    async def change_delete_on(
        self, school_id: SchoolId, survey_id: SurveyId, delete_on: date
    ) -> None:
        self.answer()
        self.delete_on[survey_id] = delete_on

    async def of(self, school_id: SchoolId, survey_id: SurveyId) -> "FakeSeal":
        if survey_id not in self.held:
            self.answer()
        self.held.add(survey_id)
        return FakeSeal()

    def forget(self, survey_id: SurveyId) -> None:
        self.held.discard(survey_id)


class FakeSeal:
    """Ciphertext that tells nothing: an index into what this seal's class has seen."""

    _cards: ClassVar[dict[bytes, tuple[ParticipantId, Card]]] = {}

    def seal(self, participant_id: ParticipantId, card: Card) -> bytes:
        sealed = uuid4().bytes
        self._cards[sealed] = (participant_id, card)
        return sealed

    def open(self, participant_id: ParticipantId, sealed: bytes) -> Card:
        sealed_for, card = self._cards[sealed]
        assert sealed_for == participant_id, "a name opens in its own row alone"
        return card


@dataclass
class Prepared:
    """What responses was told of a survey."""

    questions: tuple[UUID, ...]
    participants: tuple[ParticipantId, ...]
    list_version: int
    closes_at: datetime


class FakeResponses(Outage):
    def __init__(self, clock: SetClock) -> None:
        super().__init__()
        self.clock = clock
        self.prepared: dict[SurveyId, Prepared] = {}
        self.sealed: dict[SurveyId, datetime] = {}

    async def prepare(self, survey: Survey, participants: ParticipantList) -> None:
        self.answer()
        self.prepared[survey.id] = Prepared(
            tuple(question.question_id.value for question in survey.plan.questions),
            tuple(one.participant_id for one in participants.present),
            participants.version,
            survey.plan.closes_at,
        )

    async def change_participants(self, survey: Survey, participants: ParticipantList) -> None:
        self.answer()
        prepared = self.prepared[survey.id]
        prepared.participants = tuple(one.participant_id for one in participants.present)
        prepared.list_version = participants.version

    async def seal(self, school_id: SchoolId, survey_id: SurveyId) -> datetime:
        self.answer()
        return self.sealed.setdefault(survey_id, self.clock.now())

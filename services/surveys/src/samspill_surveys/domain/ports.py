"""What the use cases need from the outside, said in the survey's own words."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from samspill_kit.ids import EventId, GroupId, ParticipantId, PupilId, SchoolId, StaffId, SurveyId
from samspill_kit.principal import Level
from samspill_surveys.domain.ceilings import Ceilings
from samspill_surveys.domain.participants import Card, ParticipantList, RosterPupil
from samspill_surveys.domain.question import BankQuestion
from samspill_surveys.domain.survey import Reader, Survey, SurveyGroup, SurveyState, shown_state


class QuestionBank(Protocol):
    """The versioned catalogue of questions (SPEC S1, S2)."""

    def entry(self, key: str, version: int | None = None) -> BankQuestion:
        """One entry, the newest unless a version is named. Raises QuestionUnknown."""

    def ready_set(self, band: str) -> Sequence[BankQuestion]:
        """The ready set of a band in its fixed order."""


class Surveys(Protocol):
    """The surveys of one school, inside one transaction."""

    async def get(self, survey_id: SurveyId) -> Survey:
        """The survey, locked ones included (`is_locked`). Raises SurveyNotFound, also for an erased
        one.
        """

    async def get_for_update(self, survey_id: SurveyId) -> Survey:
        """The same, and nobody else changes, locks or erases it until the transaction ends."""

    async def find(self, survey_id: SurveyId) -> Survey | None:
        """The survey, or nothing when it was never made. Raises SurveyNotFound for an erased
        one.
        """

    async def add(self, survey: Survey) -> None:
        """Store a new survey. Raises SurveyChangedMeanwhile when the id exists."""

    async def save(self, survey: Survey) -> None:
        """Store a survey that was read for update, with the facts that it recorded."""


class ParticipantLists(Protocol):
    """Who takes part in the surveys of one school, inside one transaction."""

    async def of(self, survey_id: SurveyId) -> ParticipantList:
        """The whole list by number, those who left included; empty before the first opening."""

    async def save(self, survey_id: SurveyId, participants: ParticipantList) -> None:
        """Replace the list by this one, which holds everyone of the stored list."""


class Erasures(Protocol):
    """Locks and tombstones of one school's surveys, inside one transaction."""

    async def lock(self, survey_id: SurveyId, *, at: datetime) -> None:
        """Lock the survey, known here or not; waits for whoever changes it. Repeating it is
        harmless.
        """

    async def unlock(self, survey_id: SurveyId) -> None:
        """Take the lock back. Repeating it is harmless."""

    async def erase(self, survey_id: SurveyId, *, at: datetime) -> Mapping[str, int]:
        """Remove every row of the survey, leave a tombstone, and tell the rows removed by table.

        Repeating it removes what has appeared since and tells the same sums again.
        """


class Inbox(Protocol):
    """Which facts of other services have been taken in."""

    async def record(self, event_id: EventId, *, survey_id: SurveyId | None = None) -> bool:
        """Note the fact; false when it was noted before. It is forgotten with its survey."""


class Work(Protocol):
    """One transaction over one school's rows; rolled back unless committed."""

    @property
    def surveys(self) -> Surveys: ...

    @property
    def lists(self) -> ParticipantLists: ...

    @property
    def erasures(self) -> Erasures: ...

    @property
    def inbox(self) -> Inbox: ...

    async def commit(self) -> None:
        """Make everything of this transaction stay, facts for other services included."""


Begin = Callable[[SchoolId], AbstractAsyncContextManager[Work]]
"""Start a transaction that sees the rows of this one school."""


@dataclass(frozen=True, slots=True)
class SurveyOverview:
    """A line in the list of surveys."""

    survey_id: SurveyId
    title: str
    state: SurveyState
    is_locked: bool
    groups: tuple[SurveyGroup, ...]
    participants: int
    questions: int
    closes_at: datetime
    delete_on: date
    created_by: StaffId

    def state_at(self, now: datetime) -> SurveyState:
        """The state as it shows; see `Survey.state_at`."""
        return shown_state(self.state, closes_at=self.closes_at, now=now)


@dataclass(frozen=True, slots=True)
class Participation:
    """One pupil's place in one survey."""

    survey_id: SurveyId
    participant_id: ParticipantId
    title: str
    state: SurveyState
    closes_at: datetime

    def state_at(self, now: datetime) -> SurveyState:
        """The state as it shows; see `shown_state`."""
        return shown_state(self.state, closes_at=self.closes_at, now=now)


class SurveyIndex(Protocol):
    """A read model: every survey of a school, newest first."""

    async def of_school(self, school_id: SchoolId) -> Sequence[SurveyOverview]:
        """All of them, locked ones included; who may see which is the caller's question."""

    async def of_pupil(self, school_id: SchoolId, pupil_id: PupilId) -> Sequence[Participation]:
        """The pupil's places, newest first."""


class Rosters(Protocol):
    """Identity's roster of the acting person's school (SPEC I5)."""

    async def groups(self) -> Sequence[SurveyGroup]:
        """Every group of the school."""

    async def pupils_of(self, group_ids: Sequence[GroupId]) -> Sequence[RosterPupil]:
        """The pupils of these groups, each once."""


class SurveyGrants(Protocol):
    """Identity's record of who made a survey and who reads it (SPEC I2); acts as the acting
    person.
    """

    async def record(
        self, survey_id: SurveyId, group_ids: Sequence[GroupId], *, delete_on: date
    ) -> Ceilings:
        """Record the acting person as creator; repeating it changes groups and day of a draft.

        Returns what the municipality lets its schools do.
        """

    async def preview_readers(self, survey_id: SurveyId) -> Sequence[Reader]:
        """Who would read the survey if it were opened now."""

    async def fix_readers(self, survey_id: SurveyId) -> Sequence[Reader]:
        """Fix who reads the survey; repeating it tells who reads it now."""

    async def share(
        self, survey_id: SurveyId, staff_id: StaffId, *, wished: Level, reason: str
    ) -> Sequence[Reader]:
        """Share with a colleague; who reads the survey now, nobody while it is a draft. Identity
        decides whether the acting person may, and the level.
        """

    async def end_share(self, survey_id: SurveyId, staff_id: StaffId) -> Sequence[Reader]:
        """Take a share back; who reads the survey now, nobody while it is a draft."""


class Lifetimes(Protocol):
    """Retention's knowledge of when a survey dies (SPEC T1); every call can be repeated."""

    async def register(
        self, school_id: SchoolId, survey_id: SurveyId, *, created_by: StaffId, delete_on: date
    ) -> None:
        """Make the survey's key and fix its ceiling."""

    async def change_delete_on(
        self, school_id: SchoolId, survey_id: SurveyId, delete_on: date
    ) -> None:
        """Move the day of deletion."""


class Acceptance(Protocol):
    """Responses' side of an open survey: what it accepts and until when; every call can be
    repeated.
    """

    async def prepare(self, survey: Survey, participants: ParticipantList) -> None:
        """Make the survey ready for answers, or replace what decides acceptance."""

    async def change_participants(self, survey: Survey, participants: ParticipantList) -> None:
        """Replace the list; the newest version wins."""

    async def seal(self, school_id: SchoolId, survey_id: SurveyId) -> datetime:
        """Refuse every later answer; the moment since which this is so."""


class NameSeal(Protocol):
    """Closes and opens the names of one survey with its `participants` sub-key (SPEC P1)."""

    def seal(self, participant_id: ParticipantId, card: Card) -> bytes:
        """Ciphertext that opens in this participant's row alone."""

    def open(self, participant_id: ParticipantId, sealed: bytes) -> Card:
        """The card again."""


class NameSeals(Protocol):
    """Where seals come from; a key is held for its lease, so that retention may be down meanwhile
    (SPEC R3).
    """

    async def of(self, school_id: SchoolId, survey_id: SurveyId) -> NameSeal:
        """The survey's seal. Raises Unavailable when no key is held and none can be had."""

    def forget(self, survey_id: SurveyId) -> None:
        """Drop the key from memory, because the survey has been locked."""


@dataclass(frozen=True, slots=True)
class DueSurvey:
    """A survey that has outlived its day of deletion, or that has a tombstone and rows all the
    same.
    """

    school_id: SchoolId
    survey_id: SurveyId


class OverdueSurveys(Protocol):
    """The jobs role's narrow door: ids and dates of what is due, and its removal (SPEC T1)."""

    async def due(self, *, today: date) -> Sequence[DueSurvey]:
        """Whatever must go, of every school."""

    async def erase(self, due: DueSurvey, *, at: datetime) -> Mapping[str, int]:
        """Remove the survey's rows and leave a tombstone; the database refuses what is not due."""

"""A survey: draft, open, closed, and never open again; who may see it and who may change it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from samspill_kit.aggregate import Aggregate
from samspill_kit.ids import GroupId, SchoolId, StaffId, SurveyId
from samspill_kit.policy import About, Deed, allows, demand
from samspill_kit.principal import StaffPrincipal
from samspill_surveys.domain.errors import (
    ClosingTimeNotAhead,
    MayNotCreateSurvey,
    NotSurveyOwner,
    SurveyAlreadyClosed,
    SurveyChangedMeanwhile,
    SurveyClosesAfterDeletion,
    SurveyIsLocked,
    SurveyNotADraft,
    SurveyNotOpen,
    SurveyNotYours,
    TitleEmpty,
)
from samspill_surveys.domain.events import ParticipantsChanged, SurveyClosed, SurveyOpened
from samspill_surveys.domain.lifetime import Lifetime
from samspill_surveys.domain.participants import ListChange
from samspill_surveys.domain.question import ChosenQuestion, LegalMode, demand_allowed


class SurveyState(Enum):
    """How far a survey has come; each state is left once."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class SurveyGroup:
    """A group whose pupils take part, with the name it had when it was chosen."""

    group_id: GroupId
    name: str


@dataclass(frozen=True, slots=True)
class Reader:
    """An adult who reads the answers, as the pupils are told (SPEC I2)."""

    staff_id: StaffId
    display_name: str
    role: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a creator decides about a survey while it is a draft."""

    title: str
    mode: LegalMode
    groups: tuple[SurveyGroup, ...]
    questions: tuple[ChosenQuestion, ...]
    closes_at: datetime
    lifetime: Lifetime

    def checked(self, *, now: datetime) -> "Plan":
        """Itself, when every rule of a draft holds."""
        if not self.title.strip():
            raise TitleEmpty
        demand_allowed(self.questions, self.mode)
        demand_ahead(self.closes_at, now=now)
        demand_closed_before(self.lifetime.delete_on, self.closes_at)
        return self


def demand_ahead(closes_at: datetime, *, now: datetime) -> None:
    """Refuse a closing time that has passed."""
    if closes_at <= now:
        raise ClosingTimeNotAhead


def demand_closed_before(delete_on: date, closes_at: datetime) -> None:
    """Refuse a survey that would die on the day it closes, or sooner."""
    if closes_at.date() >= delete_on:
        raise SurveyClosesAfterDeletion(delete_on=delete_on.isoformat())


def demand_creator(by: StaffPrincipal, group_ids: Iterable[GroupId]) -> None:
    """Refuse whoever may not make surveys in every one of the groups (SPEC I2)."""
    about = About(group_ids=tuple(group_ids))
    demand(Deed.CREATE_SURVEY, by, about, otherwise=MayNotCreateSurvey)


@dataclass(slots=True)
class Survey(Aggregate):
    """One survey of one school, without its participants and without any answer."""

    id: SurveyId
    school_id: SchoolId
    created_by: StaffId
    created_at: datetime
    band: str
    plan: Plan
    shuffle_seed: int
    """Seed of the shuffled order of names, so that nobody is chosen for standing first (SPEC S7).
    """

    state: SurveyState = SurveyState.DRAFT
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    readers: tuple[Reader, ...] = ()
    languages: tuple[str, ...] = ()
    """Of the pupil pages, fixed at opening; empty for all of them."""

    participants: int = 0
    version: int = 1
    is_locked: bool = False

    @property
    def group_ids(self) -> tuple[GroupId, ...]:
        return tuple(group.group_id for group in self.plan.groups)

    @property
    def made_on(self) -> date:
        """The day that lifetimes are counted from, in UTC."""
        return self.created_at.date()

    def state_at(self, now: datetime) -> SurveyState:
        """The state as it shows; see `shown_state`."""
        return shown_state(self.state, closes_at=self.plan.closes_at, now=now)

    def demand_visible_to(self, by: StaffPrincipal) -> None:
        """Raises SurveyNotYours, which says who can open it (SPEC I4), for all but its creator, the
        school's leaders, those who may read all of it, and those it is shared with.
        """
        demand(
            Deed.SEE_SURVEY, by, self.as_subject, otherwise=SurveyNotYours, survey_id=str(self.id)
        )

    @property
    def as_subject(self) -> About:
        """What the policy needs to know of it."""
        return About(self.id, self.created_by, self.group_ids)

    def demand_unlocked(self) -> None:
        if self.is_locked:
            raise SurveyIsLocked(survey_id=str(self.id))

    def is_managed_by(self, by: StaffPrincipal) -> bool:
        """Whether this person made the survey or leads the school."""
        return allows(Deed.CHANGE_SURVEY, by, self.as_subject)

    def demand_managed_by(self, by: StaffPrincipal, deed: Deed = Deed.CHANGE_SURVEY) -> None:
        """Only the creator and the school's leaders change a survey."""
        self.demand_visible_to(by)
        demand(deed, by, self.as_subject, otherwise=NotSurveyOwner, survey_id=str(self.id))
        self.demand_unlocked()

    def demand_version(self, version: int) -> None:
        if version != self.version:
            raise SurveyChangedMeanwhile(survey_id=str(self.id), version=str(self.version))

    def demand_draft(self) -> None:
        if self.state is not SurveyState.DRAFT:
            raise SurveyNotADraft(survey_id=str(self.id))

    def demand_open(self, *, now: datetime) -> None:
        if self.state_at(now) is SurveyState.CLOSED:
            raise SurveyAlreadyClosed(survey_id=str(self.id))
        if self.state is not SurveyState.OPEN:
            raise SurveyNotOpen(survey_id=str(self.id))

    def demand_openable(self, by: StaffPrincipal, *, now: datetime) -> None:
        """Everything that must hold before a draft is opened, and again when it is."""
        self.demand_managed_by(by)
        if self.state_at(now) is SurveyState.CLOSED:
            raise SurveyAlreadyClosed(survey_id=str(self.id))
        self.demand_draft()
        demand_creator(by, self.group_ids)
        self.plan.checked(now=now)

    def change(self, plan: Plan, *, by: StaffPrincipal, now: datetime) -> None:
        """Replace the plan of a draft."""
        self.demand_managed_by(by)
        self.demand_draft()
        demand_creator(by, (group.group_id for group in plan.groups))
        self.plan = plan.checked(now=now)
        self.version += 1

    def open(
        self,
        *,
        by: StaffPrincipal,
        readers: Sequence[Reader],
        participants: int,
        at: datetime,
        languages: Sequence[str] = (),
    ) -> None:
        """Let pupils answer. Readers are fixed from here on, since pupils are told them (SPEC
        I2).
        """
        self.demand_openable(by, now=at)
        self.state = SurveyState.OPEN
        self.opened_at = at
        self.readers = tuple(readers)
        self.languages = tuple(languages)
        self.participants = participants
        self.version += 1
        self._record(SurveyOpened(self.school_id, self.id, at, participants, self.version))

    def follow_readers(self, readers: Sequence[Reader]) -> None:
        """Note who reads the survey now, as identity says; pupils are told from here on (SPEC I2).

        An opening that is under way meets the new version and fixes its readers again.
        """
        if self.state is not SurveyState.DRAFT:
            self.readers = tuple(readers)
        self.version += 1

    def close(self, *, sealed_at: datetime) -> None:
        """Follow responses, which has sealed the survey at that moment. Closing twice changes
        nothing.
        """
        if self.state is SurveyState.CLOSED:
            return
        if self.state is SurveyState.DRAFT:
            raise SurveyNotOpen(survey_id=str(self.id))
        self.state = SurveyState.CLOSED
        self.closed_at = sealed_at
        self.version += 1
        self._record(SurveyClosed(self.school_id, self.id, sealed_at, self.version))

    def follow_list(self, change: ListChange, *, present: int, at: datetime) -> None:
        """Note that pupils joined or left while the survey was open (SPEC I5)."""
        self.participants = present
        if not change:
            return
        self.version += 1
        self._record(
            ParticipantsChanged(
                self.school_id, self.id, at, change.joined, change.left, self.version
            )
        )


def shown_state(state: SurveyState, *, closes_at: datetime, now: datetime) -> SurveyState:
    """Closed as soon as the closing time has passed, whether or not the news came."""
    return SurveyState.CLOSED if state is SurveyState.OPEN and closes_at <= now else state

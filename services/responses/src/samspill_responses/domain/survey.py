"""A survey as responses knows it: until when, by whom, and about what answers are taken."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Self

from samspill_kit.aggregate import Aggregate
from samspill_kit.ids import GroupId, ParticipantId, SchoolId, StaffId, SurveyId
from samspill_kit.policy import About
from samspill_responses.domain.acceptance import (
    Acceptance,
    AcceptedParticipant,
    AcceptedQuestion,
    Membership,
)
from samspill_responses.domain.errors import SurveyClosed
from samspill_responses.domain.events import SurveySealed


@dataclass(frozen=True, slots=True)
class Keepers:
    """Who made a survey and over which groups: what decides who is told its states.

    Nothing is known of surveys that were prepared before this was told: leaders alone.
    """

    created_by: StaffId | None = None
    group_ids: tuple[GroupId, ...] = ()

    def about(self, survey_id: SurveyId) -> About:
        """The survey as the policy takes it."""
        return About(survey_id, self.created_by, self.group_ids or None)


@dataclass(frozen=True, slots=True)
class Preparation:
    """What surveys tells before a survey opens, or changes while it is open."""

    school_id: SchoolId
    survey_id: SurveyId
    questions: tuple[AcceptedQuestion, ...]
    participants: tuple[AcceptedParticipant, ...]
    list_version: int
    closes_at: datetime
    delete_on: date
    ceiling_on: date
    keepers: Keepers = Keepers()


class PreparedSurvey(Aggregate):
    """Takes answers until it is sealed; a sealed survey never opens again."""

    def __init__(
        self,
        acceptance: Acceptance,
        *,
        closes_at: datetime,
        delete_on: date,
        ceiling_on: date,
        sealed_at: datetime | None = None,
        keepers: Keepers = Keepers(),
    ) -> None:
        self.acceptance = acceptance
        self.closes_at = closes_at
        self.delete_on = delete_on
        self.ceiling_on = ceiling_on
        self.sealed_at = sealed_at
        self.keepers = keepers

    @classmethod
    def begin(cls, told: Preparation) -> Self:
        """A survey that was never prepared before."""
        empty = Acceptance(told.school_id, told.survey_id, 0, -1, {}, {})
        survey = cls(
            empty,
            closes_at=told.closes_at,
            delete_on=told.delete_on,
            ceiling_on=told.ceiling_on,
        )
        survey.prepare(told)
        return survey

    @property
    def school_id(self) -> SchoolId:
        return self.acceptance.school_id

    @property
    def survey_id(self) -> SurveyId:
        return self.acceptance.survey_id

    def prepare(self, told: Preparation) -> None:
        """Take over what was told; told twice, nothing changes.

        Raises SurveyClosed once sealed.
        """
        if self.sealed_at is not None:
            raise SurveyClosed()
        self.closes_at = told.closes_at
        self.delete_on = told.delete_on
        self.ceiling_on = told.ceiling_on
        if told.keepers.created_by:
            self.keepers = told.keepers
        questions = {question.id: question for question in told.questions}
        if questions != self.acceptance.questions:
            self._accept(replace(self.acceptance, questions=questions))
        self._take_list(told.participants, told.list_version)

    def change_participants(
        self, participants: Iterable[AcceptedParticipant], list_version: int
    ) -> None:
        """Replace the list; a list that is not newer changes nothing.

        Raises SurveyClosed once sealed.
        """
        if self.sealed_at is not None:
            raise SurveyClosed()
        self._take_list(participants, list_version)

    def seal(self, *, at: datetime) -> datetime:
        """Refuse every later answer, and say since when: never later than the closing time."""
        if self.sealed_at is None:
            self.sealed_at = min(at, self.closes_at)
            self._record(SurveySealed(self.school_id, self.survey_id, at=self.sealed_at))
        return self.sealed_at

    def _take_list(self, participants: Iterable[AcceptedParticipant], list_version: int) -> None:
        if list_version <= self.acceptance.list_version:
            return
        memberships = _merged(self.acceptance.memberships, participants, list_version)
        self._accept(replace(self.acceptance, memberships=memberships, list_version=list_version))

    def _accept(self, changed: Acceptance) -> None:
        self.acceptance = replace(changed, version=self.acceptance.version + 1)


def _merged(
    known: Mapping[ParticipantId, Membership],
    participants: Iterable[AcceptedParticipant],
    list_version: int,
) -> dict[ParticipantId, Membership]:
    """Who left stays known with the version they left in: an older page may still show them."""
    present = {participant.id: participant.group for participant in participants}
    merged = {
        id_: membership if membership.until is not None else replace(membership, until=list_version)
        for id_, membership in known.items()
        if id_ not in present
    }
    for id_, group in present.items():
        since = known[id_].since if id_ in known else list_version
        merged[id_] = Membership(group=group, since=since)
    return merged

"""Tells staff of the school who is done, never what (SPEC S8)."""

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_kit.ids import SurveyId
from samspill_kit.principal import StaffPrincipal
from samspill_responses.domain.ports import ParticipantStatus, Statuses, SurveyCount


@dataclass(frozen=True, slots=True)
class ListParticipantStates:
    statuses: Statuses

    async def __call__(
        self, survey_id: SurveyId, *, by: StaffPrincipal
    ) -> Sequence[ParticipantStatus]:
        return await self.statuses.states(by.school_id, survey_id)


@dataclass(frozen=True, slots=True)
class CountParticipantStates:
    """Surveys of another school are left out, like those that do not exist (SPEC I4)."""

    statuses: Statuses

    async def __call__(
        self, survey_ids: Sequence[SurveyId], *, by: StaffPrincipal
    ) -> Sequence[SurveyCount]:
        return await self.statuses.counts(by.school_id, survey_ids)

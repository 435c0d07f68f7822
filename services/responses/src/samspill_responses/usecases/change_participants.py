"""Replaces the list of participants; a newer list wins."""

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_kit.ids import SchoolId, SurveyId
from samspill_responses.domain.acceptance import AcceptedParticipant
from samspill_responses.domain.ports import Acceptances, Begin


@dataclass(frozen=True, slots=True)
class ChangeParticipants:
    begin: Begin
    acceptances: Acceptances

    async def __call__(
        self,
        school_id: SchoolId,
        survey_id: SurveyId,
        participants: Sequence[AcceptedParticipant],
        list_version: int,
    ) -> None:
        async with self.begin(school_id) as work:
            survey = await work.surveys.get_for_update(survey_id)
            survey.change_participants(participants, list_version)
            await work.save(survey)
            await work.commit()
        self.acceptances.forget(survey_id)

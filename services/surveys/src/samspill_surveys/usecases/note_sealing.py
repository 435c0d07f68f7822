"""Close a survey that responses has sealed at its closing time."""

from dataclasses import dataclass
from datetime import datetime

from samspill_kit.ids import EventId, SchoolId, SurveyId
from samspill_surveys.domain.errors import SurveyNotFound
from samspill_surveys.domain.ports import Begin, Work
from samspill_surveys.domain.survey import SurveyState


@dataclass(frozen=True, slots=True)
class NoteSealing:
    """Facts about surveys that are locked, erased or were never opened here are dropped."""

    begin: Begin

    async def __call__(
        self, school_id: SchoolId, survey_id: SurveyId, *, sealed_at: datetime, told_as: EventId
    ) -> None:
        async with self.begin(school_id) as work:
            if not await work.inbox.record(told_as, survey_id=survey_id):
                return  # The stream delivers at least once.
            await self._close(work, survey_id, sealed_at)
            await work.commit()

    @staticmethod
    async def _close(work: Work, survey_id: SurveyId, sealed_at: datetime) -> None:
        try:
            survey = await work.surveys.get_for_update(survey_id)
        except SurveyNotFound:
            return
        if survey.is_locked or survey.state is SurveyState.DRAFT:
            return
        survey.close(sealed_at=sealed_at)
        await work.surveys.save(survey)

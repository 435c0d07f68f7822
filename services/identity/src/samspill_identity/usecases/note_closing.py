"""End the pupils' sessions of a survey that was closed."""

from dataclasses import dataclass, replace
from datetime import datetime

from samspill_identity.domain.errors import SurveyIsLocked, SurveyNotFound
from samspill_identity.domain.ports import Begin
from samspill_kit.ids import EventId, SchoolId, SurveyId


@dataclass(frozen=True, slots=True)
class NoteClosing:
    """Takes in surveys' fact once; a survey that is erased or unknown here is of no concern."""

    begin: Begin

    async def __call__(
        self, event_id: EventId, school_id: SchoolId, survey_id: SurveyId, *, at: datetime
    ) -> None:
        async with self.begin(school_id) as work:
            if not await work.inbox.record(event_id, survey_id=survey_id):
                return
            try:
                survey = await work.surveys.find(survey_id)
            except (SurveyNotFound, SurveyIsLocked):
                survey = None
            if survey is not None and survey.closed_at is None:
                await work.surveys.save(replace(survey, closed_at=at))
                await work.codes.close(survey_id, at=at)
            await work.commit()

"""Show a pupil the form: questions, readers, dates, and the names to choose from."""

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_kit.clock import Clock
from samspill_kit.principal import PupilPrincipal
from samspill_surveys.domain.errors import ParticipantNotInSurvey, SurveyNotOpen
from samspill_surveys.domain.participants import ParticipantList, PersonOnList
from samspill_surveys.domain.ports import Begin, NameSeals
from samspill_surveys.domain.survey import Survey, SurveyState
from samspill_surveys.usecases.list_participants import people_on


@dataclass(frozen=True, slots=True)
class Form:
    """The same for every pupil of the survey; the order of names follows from the seed (SPEC
    S7).
    """

    survey: Survey
    state: SurveyState
    people: Sequence[PersonOnList]
    list_version: int


@dataclass(frozen=True, slots=True)
class GetForm:
    begin: Begin
    seals: NameSeals
    clock: Clock

    async def __call__(self, *, by: PupilPrincipal) -> Form:
        survey, participants = await self._read(by)
        survey.demand_unlocked()
        if survey.state is SurveyState.DRAFT:
            raise SurveyNotOpen(survey_id=str(survey.id))
        if not participants.holds(by.participant_id):
            raise ParticipantNotInSurvey(survey_id=str(survey.id))
        seal = await self.seals.of(survey.school_id, survey.id)
        return Form(
            survey=survey,
            state=survey.state_at(self.clock.now()),
            people=people_on(participants, seal),
            list_version=participants.version,
        )

    async def _read(self, by: PupilPrincipal) -> tuple[Survey, ParticipantList]:
        async with self.begin(by.school_id) as work:
            survey = await work.surveys.get(by.survey_id)
            return survey, await work.lists.of(by.survey_id)

"""Locks a survey for its deletion, and takes the lock back within the days of regret (SPEC T2)."""

from dataclasses import dataclass

from samspill_kit.clock import Clock
from samspill_kit.ids import SchoolId, SurveyId
from samspill_responses.domain.ports import Acceptances, AnswerSeals, Begin


@dataclass(frozen=True, slots=True)
class LockSurvey:
    begin: Begin
    acceptances: Acceptances
    seals: AnswerSeals
    clock: Clock

    async def __call__(self, school_id: SchoolId, survey_id: SurveyId) -> None:
        """When this returns, nobody reads or writes the survey, and its key is forgotten."""
        async with self.begin(school_id) as work:
            await work.locks.lock(survey_id, at=self.clock.now())
            await work.commit()
        self.acceptances.forget(survey_id)
        self.seals.forget(survey_id)


@dataclass(frozen=True, slots=True)
class UnlockSurvey:
    begin: Begin

    async def __call__(self, school_id: SchoolId, survey_id: SurveyId) -> None:
        async with self.begin(school_id) as work:
            await work.locks.unlock(survey_id)
            await work.commit()

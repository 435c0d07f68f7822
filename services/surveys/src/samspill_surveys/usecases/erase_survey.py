"""Erase a survey because retention asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from samspill_kit.clock import Clock
from samspill_kit.ids import SchoolId, SurveyId
from samspill_surveys.domain.ports import Begin, NameSeals


@dataclass(frozen=True, slots=True)
class EraseSurvey:
    """Removes every row and leaves a tombstone; repeating it tells the same sums (SPEC T4)."""

    begin: Begin
    seals: NameSeals
    clock: Clock

    async def __call__(self, school_id: SchoolId, survey_id: SurveyId) -> Mapping[str, int]:
        async with self.begin(school_id) as work:
            rows = await work.erasures.erase(survey_id, at=self.clock.now())
            await work.commit()
        self.seals.forget(survey_id)
        return rows

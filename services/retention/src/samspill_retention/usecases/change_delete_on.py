"""A draft's day of deletion is moved, never past its ceiling (SPEC T1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from samspill_kit.ids import SchoolId, SurveyId
from samspill_retention.domain.errors import SurveyIsLocked, SurveyNotFound
from samspill_retention.domain.ports import Begin


@dataclass(frozen=True, slots=True)
class ChangeDeleteOn:
    begin: Begin

    async def __call__(self, school_id: SchoolId, survey_id: SurveyId, *, delete_on: date) -> None:
        async with self.begin(school_id) as work:
            lifetime = await work.lifetimes.find(survey_id)
            if lifetime is None:
                raise SurveyNotFound(survey_id=str(survey_id))
            deletion = await work.deletions.find(survey_id)
            if deletion and not deletion.taken_back_at:
                raise SurveyIsLocked(survey_id=str(survey_id))
            await work.lifetimes.save(lifetime.deleted_on(delete_on))
            await work.commit()

"""How far deletions have come, for those who may know of the survey."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_kit.ids import SurveyId
from samspill_kit.principal import StaffPrincipal
from samspill_retention.domain.deletion import Deletion
from samspill_retention.domain.errors import SurveyNotFound
from samspill_retention.domain.ports import Begin


@dataclass(frozen=True, slots=True)
class ReadDeletions:
    begin: Begin

    async def one(self, survey_id: SurveyId, *, by: StaffPrincipal) -> Deletion:
        async with self.begin(by.school_id) as work:
            deletion = await work.deletions.find(survey_id)
        if deletion is None:
            raise SurveyNotFound(survey_id=str(survey_id))
        return deletion

    async def newest(self, *, by: StaffPrincipal) -> Sequence[Deletion]:
        async with self.begin(by.school_id) as work:
            return await work.deletions.newest(limit=200)

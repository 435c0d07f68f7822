"""A deletion reaches reports: no reading any more, results in memory dropped (SPEC T2, T4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from samspill_kit.clock import Clock
from samspill_kit.ids import SchoolId, SurveyId
from samspill_reports.domain.ports import Locks
from samspill_reports.usecases.analyse_class import AnalyseClass


@dataclass(frozen=True, slots=True)
class LockSurvey:
    locks: Locks
    analyses: AnalyseClass
    clock: Clock

    async def __call__(self, school_id: SchoolId, survey_id: SurveyId) -> None:
        await self.locks.lock(school_id, survey_id, at=self.clock.now())
        self.analyses.forget(str(survey_id))


@dataclass(frozen=True, slots=True)
class UnlockSurvey:
    locks: Locks

    async def __call__(self, school_id: SchoolId, survey_id: SurveyId) -> None:
        await self.locks.unlock(school_id, survey_id)


@dataclass(frozen=True, slots=True)
class EraseSurvey:
    locks: Locks
    analyses: AnalyseClass
    clock: Clock

    async def __call__(self, school_id: SchoolId, survey_id: SurveyId) -> Mapping[str, int]:
        """Return what was removed: reports keeps no row of a survey, so it is always nothing."""
        await self.locks.mark_erased(school_id, survey_id, at=self.clock.now())
        self.analyses.forget(str(survey_id))
        return {}

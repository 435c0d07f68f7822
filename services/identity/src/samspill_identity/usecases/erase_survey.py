"""Erase a survey: because retention asks for it, or because its time is long over."""

from collections.abc import Mapping
from dataclasses import dataclass

from samspill_identity.domain.ports import Begin, OverdueSurveys
from samspill_kit.clock import Clock
from samspill_kit.ids import SchoolId, SurveyId
from samspill_kit.logging import get_logger

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class EraseSurvey:
    """Removes codes, sessions, readers and groups of the survey and leaves a tombstone (SPEC T4).

    The audit chain stays: it holds ids alone, and who has read must stay provable (SPEC I8).
    """

    begin: Begin
    clock: Clock

    async def __call__(self, school_id: SchoolId, survey_id: SurveyId) -> Mapping[str, int]:
        async with self.begin(school_id) as work:
            rows = await work.erasures.erase(survey_id, at=self.clock.now())
            await work.commit()
        return rows


@dataclass(frozen=True, slots=True)
class EraseOverdue:
    """A week after the day of deletion, and never past the ceiling, with retention dead (SPEC T1).

    The caller asks first whether the clock can be trusted (SPEC T7).
    """

    overdue: OverdueSurveys
    clock: Clock

    async def __call__(self) -> int:
        now = self.clock.now()
        due = await self.overdue.due(today=now.date())
        for survey in due:
            rows = await self.overdue.erase(survey, at=now)
            log.warning(
                "Erased an overdue survey",
                school_id=survey.school_id,
                survey_id=survey.survey_id,
                rows=sum(rows.values()),
            )
        return len(due)

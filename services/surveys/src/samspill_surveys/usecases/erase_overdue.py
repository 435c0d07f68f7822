"""Erase what has outlived its day of deletion, without having been asked."""

from dataclasses import dataclass

from samspill_kit.clock import Clock
from samspill_kit.logging import get_logger
from samspill_surveys.domain.ports import NameSeals, OverdueSurveys

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class EraseOverdue:
    """A week after the day of deletion, and never past the ceiling, with retention dead (SPEC T1).

    The caller asks first whether the clock can be trusted (SPEC T7).
    """

    overdue: OverdueSurveys
    seals: NameSeals
    clock: Clock

    async def __call__(self) -> int:
        now = self.clock.now()
        due = await self.overdue.due(today=now.date())
        for survey in due:
            rows = await self.overdue.erase(survey, at=now)
            self.seals.forget(survey.survey_id)
            log.warning(
                "Erased an overdue survey",
                school_id=survey.school_id,
                survey_id=survey.survey_id,
                rows=sum(rows.values()),
            )
        return len(due)

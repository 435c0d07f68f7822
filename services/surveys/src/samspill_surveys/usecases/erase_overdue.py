"""Erase what has outlived its day of deletion, without having been asked."""

from dataclasses import dataclass
from datetime import datetime

from samspill_kit.clock import Clock
from samspill_kit.logging import get_logger
from samspill_surveys.domain.ports import DueSurvey, NameSeals, OverdueSurveys

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
        erased = 0
        for survey in await self.overdue.due(today=now.date()):
            erased += await self._erase(survey, at=now)
        return erased

    async def _erase(self, survey: DueSurvey, *, at: datetime) -> bool:
        ids = {"school_id": survey.school_id, "survey_id": survey.survey_id}
        try:
            rows = await self.overdue.erase(survey, at=at)
        except Exception:
            # One survey that cannot be erased must not save the others from their deadline.
            log.exception("An overdue survey could not be erased", **ids)
            return False
        self.seals.forget(survey.survey_id)
        log.warning("Erased an overdue survey", **ids, rows_total=sum(rows.values()))
        return True

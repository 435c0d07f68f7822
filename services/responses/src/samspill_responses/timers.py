"""What happens by the clock alone: sealing at the closing time, erasing past the last day."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from samspill_kit.clock import ClockGuard
from samspill_kit.db import ClockRecords
from samspill_kit.logging import get_logger
from samspill_responses import metrics
from samspill_responses.usecases.erase_survey import EraseDueSurveys
from samspill_responses.usecases.seal_survey import SealDueSurveys

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SealingTimer:
    """Sealing deletes nothing and the database refuses late answers anyway: no guard (SPEC T7)."""

    seal_due: SealDueSurveys
    every: timedelta

    async def run(self) -> None:
        while True:
            metrics.SURVEYS_SEALED.inc(await self.seal_due())
            await asyncio.sleep(self.every.total_seconds())


@dataclass(frozen=True, slots=True)
class ErasingTimer:
    """Stands still while the clock is not trusted (SPEC T7)."""

    erase_due: EraseDueSurveys
    guard: ClockGuard
    records: ClockRecords
    every: timedelta

    async def run(self) -> None:
        while True:
            await self.tick()
            await asyncio.sleep(self.every.total_seconds())

    async def tick(self) -> None:
        if await self.records.may_run(self.guard):
            metrics.SURVEYS_ERASED.inc(await self.erase_due())
        else:
            log.warning("The clock is not trusted, nothing is erased")

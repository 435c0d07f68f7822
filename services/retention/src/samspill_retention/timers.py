"""What retention does by the clock: it carries deletions on, and begins those that are due."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from samspill_kit.clock import ClockGuard
from samspill_kit.db import ClockRecords
from samspill_kit.errors import DomainError
from samspill_kit.logging import get_logger

from . import metrics
from .domain.deletion import Deletion, DeletionReason, DeletionState
from .domain.ports import Agenda
from .usecases.advance_deletion import AdvanceDeletion
from .usecases.begin_due_deletions import BeginDueDeletions

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SagaTimer:
    """Carries on what a person or the deadline has begun, while the clock is trusted (SPEC T7)."""

    advance: AdvanceDeletion
    agenda: Agenda
    guard: ClockGuard
    records: ClockRecords
    every: timedelta

    async def run(self) -> None:
        while True:
            if await self.records.may_run(self.guard):
                await self.tick()
            await asyncio.sleep(self.every.total_seconds())

    async def tick(self) -> None:
        left = []
        for school_id, survey_id in await self.agenda.unfinished_deletions():
            try:
                deletion = await self.advance(school_id, survey_id)
            except DomainError as error:
                log.warning("A deletion waits", survey_id=str(survey_id), error=error.code)
                continue
            if deletion.state is DeletionState.RECEIPT_SIGNED:
                metrics.RECEIPTS_SIGNED.inc()
            if not deletion.is_finished:
                left.append(deletion)
        self._measure(left)

    def _measure(self, left: Sequence[Deletion]) -> None:
        now = self.advance.clock.now()
        overdue = max((now - each.due_since for each in left), default=timedelta(0))
        metrics.DELETIONS_UNFINISHED.set(len(left))
        metrics.DELETIONS_UNLOCKED.set(sum(each.state is DeletionState.LOCKING for each in left))
        metrics.DELETION_OVERDUE.set(max(overdue, timedelta(0)).total_seconds())


@dataclass(frozen=True, slots=True)
class DeadlineTimer:
    """Stands still while the clock is not trusted (SPEC T7)."""

    begin_due: BeginDueDeletions
    guard: ClockGuard
    records: ClockRecords
    every: timedelta

    async def run(self) -> None:
        while True:
            await self.tick()
            await asyncio.sleep(self.every.total_seconds())

    async def tick(self) -> None:
        if await self.records.may_run(self.guard):
            begun = await self.begin_due()
            metrics.DELETIONS_BEGUN.labels(DeletionReason.DEADLINE.value).inc(begun)
        else:
            log.warning("The clock is not trusted, nothing is deleted")

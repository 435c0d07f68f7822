"""Surveys past their last day are deleted without anybody asking (SPEC T1)."""

from __future__ import annotations

from dataclasses import dataclass

from samspill_kit.clock import Clock
from samspill_retention.domain.deletion import Deletion
from samspill_retention.domain.ports import Agenda, Begin


@dataclass(frozen=True, slots=True)
class BeginDueDeletions:
    """One school per transaction; returns how many deletions were begun."""

    begin: Begin
    agenda: Agenda
    clock: Clock

    async def __call__(self) -> int:
        begun = 0
        for school_id, survey_id in await self.agenda.due_lifetimes():
            async with self.begin(school_id) as work:
                lifetime = await work.lifetimes.find(survey_id)
                known = await work.deletions.find(survey_id, for_update=True)
                now = self.clock.now()
                if lifetime is None or not lifetime.is_due(today=now.date()):
                    continue
                if known and not known.taken_back_at:
                    # Days of regret do not outlast the survey's own last day.
                    known.make_final(at=now)
                    await work.deletions.save(known)
                    await work.commit()
                    continue
                await work.deletions.save(
                    Deletion.asked(school_id, survey_id, by=None, at=now, at_once=True)
                )
                await work.commit()
                begun += 1
        return begun

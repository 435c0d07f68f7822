"""A closed survey's lifetime knows when it was closed; reviews count from there (SPEC T3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from samspill_kit.ids import SchoolId, SurveyId
from samspill_retention.domain.ports import Begin


@dataclass(frozen=True, slots=True)
class NoteClosing:
    begin: Begin

    async def __call__(
        self, school_id: SchoolId, survey_id: SurveyId, *, closed_at: datetime, delivered_as: str
    ) -> None:
        async with self.begin(school_id) as work:
            if not await work.record(delivered_as):
                return  # Already noted: the stream delivers at least once.
            lifetime = await work.lifetimes.find(survey_id)
            if lifetime is not None:
                await work.lifetimes.save(replace(lifetime, closed_at=closed_at))
            await work.commit()

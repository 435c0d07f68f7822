"""Results stay in memory for 15 minutes at the most, by survey and ties; never on disk (ARCHITECTURE 1)."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from samspill_kit.clock import Clock
from samspill_reports.domain.analysis import ClassAnalysis
from samspill_reports.domain.material import Material

KEPT_FOR: Final = timedelta(minutes=15)
MOST_KEPT: Final = 50

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Kept:
    analysis: ClassAnalysis
    until: datetime


class AnalyseClass:
    """Ids and ties alone are kept: no name, no answer to another question, no reader's level."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: OrderedDict[Key, Kept] = OrderedDict()

    async def __call__(self, material: Material) -> ClassAnalysis:
        """Return the analysis of the material's relations, computed beside the event loop."""
        fresh = ClassAnalysis.of(material)
        key = material.survey_id, fresh.digest
        self._drop_old()
        known = self._kept.get(key)
        if known:
            return known.analysis
        await asyncio.to_thread(fresh.warm)
        self._kept[key] = Kept(fresh, self._clock.now() + KEPT_FOR)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return fresh

    def forget(self, survey_id: str) -> None:
        """Drop what is known of a survey that is being deleted."""
        for key in [each for each in self._kept if each[0] == survey_id]:
            del self._kept[key]

    def _drop_old(self) -> None:
        now = self._clock.now()
        for key in [key for key, kept in self._kept.items() if kept.until <= now]:
            del self._kept[key]

"""Results stay in memory for 15 minutes at the most, by survey and ties; never on disk (ARCHITECTURE 1)."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from samspill_kit.clock import Clock
from samspill_kit.logging import get_logger
from samspill_reports.domain.analysis import ClassAnalysis
from samspill_reports.domain.material import Material
from samspill_reports.domain.ports import Measures

log = get_logger(__name__)

KEPT_FOR: Final = timedelta(minutes=15)
MOST_KEPT: Final = 50

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Kept:
    analysis: ClassAnalysis
    until: datetime


class AnalyseClass:
    """Ids and ties alone are kept: no name, no answer to another question, no reader's level.

    The slow part is computed beside the pages, one class at a time, and takes the quick analysis's
    place when it is there; a survey that is forgotten meanwhile stays forgotten.
    """

    def __init__(self, clock: Clock, measures: Measures) -> None:
        self._clock = clock
        self._measures = measures
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._completing: dict[Key, asyncio.Task[None]] = {}
        self._one_at_a_time = asyncio.Lock()

    async def start(self) -> None:
        """Nothing is needed before the first reading."""

    async def stop(self) -> None:
        """Wait for no slow part; its thread ends with the process."""
        for task in self._completing.values():
            task.cancel()

    async def __call__(self, material: Material) -> ClassAnalysis:
        """Return the analysis of the material's relations, computed beside the event loop."""
        fresh = ClassAnalysis.of(material)
        key = material.survey_id, fresh.digest
        self._drop_old()
        if key in self._kept:
            self._measures.used_kept()
        else:
            began_at = time.perf_counter()
            await asyncio.to_thread(fresh.warm)
            self._measures.computed_quick(time.perf_counter() - began_at)
            self._kept[key] = Kept(fresh, self._clock.now() + KEPT_FOR)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        known = self._kept[key].analysis
        if not known.is_complete and key not in self._completing:
            task = asyncio.create_task(self._complete(key))
            self._completing[key] = task
            task.add_done_callback(lambda _: self._completing.pop(key, None))
        return known

    def forget(self, survey_id: str) -> None:
        """Drop what is known of a survey that is being deleted."""
        for key in [each for each in self._kept if each[0] == survey_id]:
            del self._kept[key]

    async def _complete(self, key: Key) -> None:
        async with self._one_at_a_time:
            if key not in self._kept:
                return
            began_at = time.perf_counter()
            try:
                whole = await _in_own_thread(self._kept[key].analysis.completed)
            except Exception:
                # The quick analysis stays; the next reading tries again.
                self._measures.failed()
                log.exception("The slow part of an analysis failed", survey_id=key[0])
                return
            self._measures.computed_slow(time.perf_counter() - began_at)
        if key in self._kept:
            self._kept[key] = replace(self._kept[key], analysis=whole)

    def _drop_old(self) -> None:
        now = self._clock.now()
        for key in [key for key, kept in self._kept.items() if kept.until <= now]:
            del self._kept[key]


async def _in_own_thread(work: Callable[[], ClassAnalysis]) -> ClassAnalysis:
    """Run what may take a minute in a thread that neither pages nor the end of the process wait for."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[ClassAnalysis] = loop.create_future()

    def tell(whole: ClassAnalysis | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error:
            done.set_exception(error)
        elif whole:
            done.set_result(whole)

    def run() -> None:
        try:
            whole, error = work(), None
        except Exception as failure:
            whole, error = None, failure
        with suppress(RuntimeError):  # The loop is closed: nobody waits any more.
            loop.call_soon_threadsafe(tell, whole, error)

    threading.Thread(target=run, name="slow-part", daemon=True).start()
    return await done

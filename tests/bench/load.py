"""So many pupils at once, one after the other on each place, and what that cost whom."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import psutil  # type: ignore[import-untyped]

from tests.bench.processes import Processes
from tests.bench.pupils import STEPS, Seconds, Stopwatch, whole_survey

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of whole surveys."""

    at_once: int
    surveys: int
    seconds: float
    steps: Seconds
    cpu: Mapping[str, float]
    """CPU seconds by process, the load generator's among them."""

    machine_cpu: float
    """CPU seconds of everybody on the machine, other programs included."""

    def others(self) -> float:
        """Share of the machine's time that programs took which do not belong here."""
        taken = self.machine_cpu - sum(self.cpu.values())
        return float(max(taken, 0.0) / (self.seconds * psutil.cpu_count()))

    @property
    def per_second(self) -> float:
        return self.surveys / self.seconds

    def server_ms(self) -> float:
        """CPU of all processes but the load's, in milliseconds a survey."""
        used = sum(seconds for name, seconds in self.cpu.items() if name != "load")
        return 1000 * used / self.surveys

    def worst_p99(self) -> float:
        """The slowest step's 99th percentile, in milliseconds."""
        return max(percentile(self.steps[step], 99) for step in STEPS if self.steps[step])


async def run_surveys(
    address: str, codes: Iterable[str], processes: Processes, *, at_once: int, autosaves: int
) -> Measured:
    """Let every code's owner answer, `at_once` of them at a time."""
    pupils = list(codes)
    watch = Stopwatch()

    async def answer(code: str) -> None:
        await whole_survey(address, code, watch, autosaves=autosaves)

    before, machine_before = processes.cpu_seconds(), processes.machine_seconds()
    took = await all_of(pupils, answer, at_once=at_once)
    machine = processes.machine_seconds() - machine_before
    cpu = {name: used - before[name] for name, used in processes.cpu_seconds().items()}
    return Measured(at_once, len(pupils), took, watch.seconds, cpu, machine)


async def all_of(
    items: Iterable[Item], work: Callable[[Item], Awaitable[None]], *, at_once: int
) -> float:
    """Do the work for every item, `at_once` at a time; returns the seconds it took."""
    waiting = iter(list(items))

    async def place() -> None:
        for item in waiting:
            await work(item)

    began_at = time.perf_counter()
    async with asyncio.TaskGroup() as places:
        for _ in range(at_once):
            places.create_task(place())
    return time.perf_counter() - began_at


def percentile(seconds: list[float], percent: int) -> float:
    """In milliseconds; with few values the highest stands for the highest percentiles."""
    if len(seconds) < 2:
        return 1000 * seconds[0]
    return 1000 * statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1]

"""The erasing timer and a clock that jumps (SPEC T1, T7)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from samspill_kit.clock import ClockGuard
from samspill_kit.db import ClockRecords
from samspill_kit.testing.clocks import SetClock
from samspill_kit.testing.metrics import measured
from samspill_responses.storage.erasure import SqlCalendar, SqlErasure
from samspill_responses.timers import ErasingTimer
from samspill_responses.usecases.erase_survey import EraseDueSurveys
from services.responses.tests.fakes import FakeAcceptances, FakeSeals, FakeSurveys, StoppedClock
from services.responses.tests.sample import NOW, SchoolClass
from services.responses.tests.storage import Storage


class Timer:
    """The timer on real tables, with a wall clock and a monotonic clock that a test moves."""

    def __init__(self, storage: Storage) -> None:
        self.wall = SetClock(datetime.now(UTC))
        self.ticks = SetClock(datetime.now(UTC))
        self.seals = FakeSeals()
        kept = FakeSurveys(StoppedClock(NOW))
        erasure = SqlErasure(storage.begin, storage.jobs)
        calendar = SqlCalendar(storage.jobs)
        due = EraseDueSurveys(calendar, erasure, FakeAcceptances(kept), self.seals, self.wall)
        guard = ClockGuard(self.wall, self.ticks.seconds)
        self.name = f"erasure-{uuid4()}"
        records = ClockRecords(storage.jobs, self.name)
        self.timer = ErasingTimer(due, guard, records, timedelta(minutes=10))

    @property
    def is_trusted(self) -> bool:
        return measured("samspill_clock_trusted", timer=self.name) == 1

    async def tick_after(self, by: timedelta) -> None:
        self.wall.advance(by)
        self.ticks.advance(by)
        await self.timer.tick()


@pytest.fixture
async def due(storage: Storage) -> SchoolClass:
    """A class whose survey should have been deleted a week ago."""
    due = SchoolClass()
    day = datetime.now(UTC).date() - timedelta(days=7)
    await storage.prepare(replace(due.preparation(), delete_on=day))
    return due


async def test_what_is_a_week_past_its_day_is_erased_and_its_key_forgotten(
    storage: Storage, due: SchoolClass
) -> None:
    timer = Timer(storage)
    await timer.tick_after(timedelta())
    assert await storage.count("surveys", due) == 0
    assert await storage.count("tombstones", due) == 1
    assert due.survey_id in timer.seals.forgotten


async def test_a_clock_that_jumps_erases_nothing_until_it_was_steady_for_three_days(
    storage: Storage,
) -> None:
    timer = Timer(storage)
    await timer.tick_after(timedelta())
    assert timer.is_trusted
    late = SchoolClass()
    day = datetime.now(UTC).date() - timedelta(days=7)
    await storage.prepare(replace(late.preparation(), delete_on=day))
    timer.wall.advance(timedelta(minutes=6))
    await timer.tick_after(timedelta(minutes=10))
    assert not timer.is_trusted
    assert await storage.count("surveys", late) == 1
    for _ in range(71):
        await timer.tick_after(timedelta(hours=1))
    assert await storage.count("surveys", late) == 1
    await timer.tick_after(timedelta(hours=2))
    assert await storage.count("surveys", late) == 0
    assert timer.is_trusted

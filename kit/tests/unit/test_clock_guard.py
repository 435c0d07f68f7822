"""A clock that jumps deletes nothing (SPEC T7)."""

from datetime import timedelta

import pytest

from samspill_kit.clock import ClockGuard, ClockRecord
from samspill_kit.testing.clocks import SetClock

HOUR = timedelta(hours=1)


class Machine:
    """A wall clock and a monotonic clock that a test moves together or apart."""

    def __init__(self) -> None:
        self.wall = SetClock()
        self.ticks = 0.0
        self.guard = ClockGuard(self.wall, lambda: self.ticks)
        self.record: ClockRecord | None = None

    def pass_time(self, span: timedelta) -> None:
        self.wall.advance(span)
        self.ticks += span.total_seconds()

    def may_run(self) -> bool:
        self.record = self.guard.look(self.record)
        return self.record.is_trusted

    def restart(self) -> None:
        self.ticks = 0.0
        self.guard = ClockGuard(self.wall, lambda: self.ticks)


@pytest.fixture
def machine() -> Machine:
    machine = Machine()
    assert machine.may_run()
    return machine


def test_a_steady_clock_is_trusted_for_weeks(machine: Machine) -> None:
    for _ in range(24 * 21):
        machine.pass_time(HOUR)
        assert machine.may_run()


@pytest.mark.parametrize("jump", [timedelta(minutes=6), timedelta(days=400), -timedelta(minutes=6)])
def test_a_jump_stops_timers_for_three_steady_days(machine: Machine, jump: timedelta) -> None:
    machine.wall.advance(jump)
    assert not machine.may_run()
    for _ in range(71):
        machine.pass_time(HOUR)
        assert not machine.may_run()
    machine.pass_time(HOUR)
    assert machine.may_run()


def test_a_second_jump_begins_the_wait_anew(machine: Machine) -> None:
    machine.wall.advance(timedelta(days=1))
    assert not machine.may_run()
    for _ in range(60):
        machine.pass_time(HOUR)
        assert not machine.may_run()
    machine.wall.advance(timedelta(days=2))
    assert not machine.may_run()
    machine.pass_time(24 * HOUR)
    assert not machine.may_run()


def test_a_small_correction_is_no_jump(machine: Machine) -> None:
    machine.wall.advance(timedelta(minutes=4))
    assert machine.may_run()


def test_a_jump_while_the_service_was_stopped_is_noticed(machine: Machine) -> None:
    machine.restart()
    machine.wall.advance(timedelta(hours=26))
    assert not machine.may_run()


def test_a_short_stop_is_no_jump_and_distrust_outlives_it(machine: Machine) -> None:
    machine.pass_time(HOUR)
    machine.restart()
    assert machine.may_run()
    machine.wall.advance(timedelta(days=30))
    assert not machine.may_run()
    machine.restart()
    machine.pass_time(HOUR)
    assert not machine.may_run()


def test_two_people_can_release_the_clock(machine: Machine) -> None:
    machine.wall.advance(timedelta(days=30))
    assert not machine.may_run()
    assert machine.record is not None
    machine.record = ClockRecord(machine.record.seen_at)
    machine.pass_time(HOUR)
    assert machine.may_run()

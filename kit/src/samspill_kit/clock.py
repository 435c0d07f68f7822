"""Time as an argument, and the guard that stops timers when a clock jumps (SPEC T7)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

LARGEST_DRIFT: Final = timedelta(minutes=5)
"""How far the wall clock may move against the monotonic one (ARCHITECTURE.md section 4)."""

LONGEST_SILENCE: Final = timedelta(hours=25)
"""A daily timer looks at least this often; a longer gap is a jump (ARCHITECTURE.md section 4)."""

STEADY_FOR: Final = timedelta(hours=72)
"""How long a clock behaves before it is believed again (SPEC T7)."""


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ClockRecord:
    """What is kept between two looks at the clock, also over a restart."""

    seen_at: datetime
    distrusted_at: datetime | None = None
    """The last jump; None when there was none, or when it is forgotten or released."""

    @property
    def is_trusted(self) -> bool:
        """Whether timers may run."""
        return self.distrusted_at is None


class ClockGuard:
    """Says whether a timer may delete: a clock that jumps deletes nothing (SPEC T7).

    The caller looks at least every hour, keeps what `look` returns where a restart finds it, and
    runs its timer only when the record is trusted. Two people release a distrusted clock by
    storing a record without `distrusted_at`.
    """

    def __init__(self, clock: Clock, monotonic: Callable[[], float]) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._previous: tuple[datetime, float] | None = None

    def look(self, stored: ClockRecord | None) -> ClockRecord:
        """Compare the clock with the stored record and the monotonic clock; None is a first look.

        Returns the record to store in its place.
        """
        now, ticks = self._clock.now(), self._monotonic()
        jumped = self._has_drifted(now, ticks) or _was_silent(stored, now)
        self._previous = now, ticks
        if jumped:
            return ClockRecord(now, distrusted_at=now)
        distrusted_at = stored.distrusted_at if stored else None
        if distrusted_at is not None and now - distrusted_at >= STEADY_FOR:
            distrusted_at = None
        return ClockRecord(now, distrusted_at)

    def _has_drifted(self, now: datetime, ticks: float) -> bool:
        if self._previous is None:
            return False
        wall, ticked = self._previous
        drift = (now - wall) - timedelta(seconds=ticks - ticked)
        return abs(drift) > LARGEST_DRIFT


def _was_silent(stored: ClockRecord | None, now: datetime) -> bool:
    if stored is None:
        return False
    gap = now - stored.seen_at
    return gap > LONGEST_SILENCE or gap < -LARGEST_DRIFT

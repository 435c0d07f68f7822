"""A clock that stands until a test moves it."""

from datetime import UTC, datetime, timedelta


class SetClock:
    """Tells the time it was set to; also serves as a monotonic clock through `seconds`."""

    def __init__(self, now: datetime = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)) -> None:
        self._now = now

    def now(self) -> datetime:
        """Return the time that was set."""
        return self._now

    def seconds(self) -> float:
        """Return the same as seconds, for what takes a monotonic clock."""
        return self._now.timestamp()

    def advance(self, by: timedelta) -> None:
        """Let time pass, or go back."""
        self._now += by

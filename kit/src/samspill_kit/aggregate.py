"""The base of aggregates: they record facts, and whoever stores them takes the facts along."""

from typing import Any, Self


class Aggregate:
    """A thing that changes as one and remembers the facts of its change until they are stored."""

    __slots__ = ("_events",)

    _events: list[Any]

    def __new__(cls, *_args: object, **_kwargs: object) -> Self:
        aggregate = super().__new__(cls)
        # Set here, so that dataclasses and hand-written constructors need not call this class.
        aggregate._events = []
        return aggregate

    def _record(self, event: object) -> None:
        """Remember a fact, in the past tense, to be stored with the change."""
        self._events.append(event)

    def take_events(self) -> list[Any]:
        """Return the facts recorded since the last call, and forget them."""
        events, self._events = self._events, []
        return events

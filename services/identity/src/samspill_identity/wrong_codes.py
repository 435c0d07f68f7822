"""Slows whoever types wrong codes, by the fingerprint of an address; kept in memory alone."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from samspill_identity.domain.errors import TooManyWrongCodes

FREE: Final = 10.0
"""A class behind one address mistypes now and then without noticing anything."""

PER_SECOND: Final = 1.0
"""Answers to wrong codes that one address gets once those are used up."""

LONGEST_WAIT: Final = 1.0
"""A wait beyond this would outlast the call; then the answer says to come back later."""

MOST_ORIGINS: Final = 50_000


class OriginBrake:
    """A leaky bucket per origin. A right code never comes here, so it is never refused
    (SPEC I7).
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def answer_slowly(self, origin: str) -> None:
        """Return when this wrong code may be answered. Raises TooManyWrongCodes."""
        wait = self._fill(origin)
        if wait > LONGEST_WAIT:
            raise TooManyWrongCodes(retry_after=round(wait) + 1)
        if wait > 0:
            await asyncio.sleep(wait)

    def _fill(self, origin: str) -> float:
        """Seconds until this answer is due; refused answers fill the bucket no further."""
        now = self._monotonic()
        level, since = self._levels.pop(origin, (0.0, now))
        level = max(level - (now - since) * PER_SECOND, 0.0) + 1
        wait = (level - FREE) / PER_SECOND
        self._levels[origin] = (level if wait <= LONGEST_WAIT else level - 1, now)
        if len(self._levels) > MOST_ORIGINS:
            self._levels.popitem(last=False)
        return wait

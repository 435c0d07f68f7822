"""Responses as it must not be: says "saved" before the commit. `python -m hasty samspill_responses serve`."""

from __future__ import annotations

import asyncio
import runpy
import sys
from typing import Any, Final

from samspill_responses.domain.participation import ParticipantState
from samspill_responses.usecases.keep_answers import writer_of
from samspill_responses.usecases.save_answers import SaveAnswers

COMMITS_AFTER: Final = 2.0
"""Seconds between the promise and its keeping."""

_kept_later: set[asyncio.Task[None]] = set()


async def promise(self: SaveAnswers, change: Any, *, by: Any) -> ParticipantState:
    """Answer at once and save a little later, as a queue in memory would."""

    async def keep() -> None:
        await asyncio.sleep(COMMITS_AFTER)
        await self.keep(change, writer_of(by), at=self.clock.now())

    task = asyncio.create_task(keep())
    _kept_later.add(task)
    task.add_done_callback(_kept_later.discard)
    return ParticipantState.STARTED


def main() -> None:
    """Be the service, hastily."""
    SaveAnswers.__call__ = promise  # type: ignore[method-assign]  # That is the point.
    module, command = sys.argv[1:]
    sys.argv = [module, command]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()

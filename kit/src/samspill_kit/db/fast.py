"""The hot path's door to PostgreSQL: one statement, one round trip, no session around it."""

from collections.abc import Sequence
from typing import Any

import asyncpg

from samspill_kit.db.errors import DatabaseUnavailable, translated


class FastDatabase:
    """A pool of one role; a part of a Service.

    A statement sets its own scope (`set_config('app.school_ids', …, true)` inside a function), so
    that nothing is left on the connection; therefore connections are not reset between uses.
    """

    def __init__(self, url: str, *, size: int = 8) -> None:
        self._url = url
        self._size = size
        self._pool: Any = None

    async def start(self) -> None:
        """Connect once; further connections are opened as needed."""
        with translated():
            self._pool = await asyncpg.create_pool(  # type: ignore[no-untyped-call]
                self._url,
                min_size=1,
                max_size=self._size,
                timeout=3,
                command_timeout=5,
                reset=_left_as_it_is,
            )

    async def stop(self) -> None:
        """Close every connection; statements under way are cut after five seconds."""
        if self._pool:
            self._pool.terminate()

    async def fetchrow(self, statement: str, *arguments: object) -> asyncpg.Record | None:
        """Return the first row. Raises DatabaseUnavailable, DatabaseBusy."""
        with translated():
            row: asyncpg.Record | None = await self._connected().fetchrow(statement, *arguments)
            return row

    async def fetch(self, statement: str, *arguments: object) -> Sequence[asyncpg.Record]:
        """Return every row. Raises DatabaseUnavailable, DatabaseBusy."""
        with translated():
            rows: Sequence[asyncpg.Record] = await self._connected().fetch(statement, *arguments)
            return rows

    def _connected(self) -> Any:
        if self._pool is None:
            raise DatabaseUnavailable
        return self._pool


async def _left_as_it_is(_connection: object) -> None:
    """Save the round trip of a reset."""

"""Connections of one role, and transactions in the scope of one school."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from samspill_kit.db.errors import DatabaseUnavailable, translated
from samspill_kit.db.migrate import ensure_usable
from samspill_kit.ids import SchoolId

LOCK_TIMEOUT: Final = timedelta(seconds=3)
STATEMENT_TIMEOUT: Final = timedelta(seconds=5)

_OPEN: Final = sa.text(
    "SELECT set_config('app.school_ids', :schools, true),"
    " set_config('lock_timeout', :lock, true),"
    " set_config('statement_timeout', :statement, true),"
    " set_config('transaction_read_only', :read_only, true)"
)


def async_url(url: str) -> str:
    """Return a libpq URL (`postgresql://role:password@host:port/database`) for SQLAlchemy."""
    scheme, colon, rest = url.partition("://")
    if scheme not in ("postgresql", "postgres") or not colon:
        raise ValueError("a database URL begins with postgresql://")
    return f"postgresql+asyncpg://{rest}"


class Database:
    """One role's connections; a part of a Service.

    At most `connections` at a time, and two seconds of waiting for one.
    """

    def __init__(self, url: str, *, connections: int = 8, migrations: Path | None = None) -> None:
        """With `migrations`, the folder of this build's migrations, `start` checks the schema."""
        self._migrations = migrations
        self.engine = create_async_engine(
            async_url(url),
            pool_size=connections,
            max_overflow=0,
            pool_timeout=2,
            pool_use_lifo=True,
            connect_args={"timeout": 3, "command_timeout": 10},
        )
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=False)

    async def start(self) -> None:
        """Connect and look at the schema. Raises DatabaseUnavailable, SchemaBehind."""
        with translated():
            async with self.engine.connect() as connection:
                if self._migrations:
                    await connection.run_sync(ensure_usable, self._migrations)

    async def stop(self) -> None:
        """Close every connection."""
        await self.engine.dispose()

    async def answers(self) -> bool:
        """Whether a statement gets an answer; a readiness check."""
        try:
            async with self.transaction() as session:
                return bool(await session.scalar(sa.text("SELECT true")))
        except DatabaseUnavailable:
            return False

    async def open(
        self, school_ids: Iterable[SchoolId] = (), *, read_only: bool = False
    ) -> AsyncSession:
        """Return a session inside a transaction that sees the rows of these schools alone (P3).

        The caller commits or closes it. Locks wait 3 s, statements run 5 s.
        """
        wanted = {
            "schools": ",".join(map(str, school_ids)),
            "lock": f"{LOCK_TIMEOUT.seconds}s",
            "statement": f"{STATEMENT_TIMEOUT.seconds}s",
            "read_only": "on" if read_only else "off",
        }
        try:
            return await self._begun(wanted)
        except DatabaseUnavailable as error:
            if not getattr(error.__cause__, "connection_invalidated", False):
                raise
            # The connection died in the pool, which now has dropped all that are as old.
            return await self._begun(wanted)

    async def _begun(self, wanted: dict[str, str]) -> AsyncSession:
        session = self._sessions()
        try:
            with translated():
                await session.execute(_OPEN, wanted)
        except BaseException:
            await session.close()
            raise
        return session

    @asynccontextmanager
    async def scope(self, school_ids: Iterable[SchoolId]) -> AsyncIterator[AsyncSession]:
        """Read the rows of these schools in one transaction that cannot write."""
        session = await self.open(school_ids, read_only=True)
        try:
            with translated():
                yield session
        finally:
            await session.close()

    @asynccontextmanager
    async def transaction(self, school_ids: Iterable[SchoolId] = ()) -> AsyncIterator[AsyncSession]:
        """Work of the jobs role, in no school's scope unless named; commits unless it raises."""
        session = await self.open(school_ids)
        try:
            with translated():
                yield session
                await session.commit()
        finally:
            await session.close()

"""Migrations run by the owner under an advisory lock; a service refuses an older schema."""

import logging as stdlib_logging
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from samspill_kit.logging import get_logger

log = get_logger(__name__)

_LOCK: Final = 5_263_411_870
"""Any number, the same in every service; advisory locks belong to one database."""


class SchemaBehind(Exception):
    """The database lacks migrations of this build: run `migrate` first."""

    def __init__(self, *, current: str | None, needed: str) -> None:
        super().__init__(f"The schema is at {current or 'nothing'}, this build needs {needed}")


@dataclass(frozen=True, slots=True)
class Revisions:
    """The migrations of one build."""

    head: str
    known: Collection[str]

    @classmethod
    def read(cls, migrations: Path) -> "Revisions":
        """Return the revisions in `<migrations>/versions`."""
        script = ScriptDirectory(str(migrations))
        head = script.get_current_head()
        if head is None:
            raise ValueError("there are no migrations")
        return cls(head, {each.revision for each in script.walk_revisions()})


async def upgrade(owner_url: str, migrations: Path) -> None:
    """Bring the database to this build's head; two at a time wait for each other.

    `migrations` is the folder that holds `versions`; no env.py is needed. The owner role must be
    named `<service>_owner`.
    """
    engine = create_async_engine(
        owner_url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=NullPool
    )
    try:
        async with engine.connect() as connection:
            # For the session, since each migration has a transaction of its own.
            await connection.execute(sa.text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
            await connection.commit()
            await connection.run_sync(_upgrade, migrations)
            await connection.commit()
    finally:
        await engine.dispose()


def _upgrade(connection: sa.Connection, migrations: Path) -> None:
    stdlib_logging.getLogger("alembic").setLevel(stdlib_logging.WARNING)
    script = ScriptDirectory(str(migrations))

    def to_head(revision: str, _context: MigrationContext) -> list[object]:
        return list(script._upgrade_revs("head", revision))

    with EnvironmentContext(Config(), script, fn=to_head) as environment:
        environment.configure(connection=connection, transaction_per_migration=True)
        with environment.begin_transaction():
            environment.run_migrations()
    _let_services_read_the_version(connection)
    log.info("Schema is up to date", revision=script.get_current_head())


def _let_services_read_the_version(connection: sa.Connection) -> None:
    owner = connection.scalar(sa.text("SELECT current_user")) or ""
    roles = ", ".join(f'"{owner.removesuffix("_owner")}_{role}"' for role in ("app", "jobs"))
    connection.execute(sa.text(f"GRANT SELECT ON alembic_version TO {roles}"))


def ensure_usable(connection: sa.Connection, migrations: Path) -> None:
    """Refuse an older schema; accept a newer one, which a rollout or rollback produces."""
    revisions = Revisions.read(migrations)
    context = MigrationContext.configure(connection)
    current = context.get_current_revision()
    if current is not None and current not in revisions.known:
        log.warning("Schema is newer than this build", revision=current)
    elif current != revisions.head:
        raise SchemaBehind(current=current, needed=revisions.head)

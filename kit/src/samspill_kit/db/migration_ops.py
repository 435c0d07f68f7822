"""What migrations of every service do alike: row-level security, grants, outbox and inbox."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from alembic import op

from samspill_kit.db.tables import (
    clock_record_table,
    dead_letters_table,
    inbox_table,
    outbox_table,
)

_IN_SCOPE: Final = (
    "school_id::text = ANY (string_to_array(current_setting('app.school_ids', true), ','))"
)
"""Compared as text: the setting is '' once a scoped transaction has ended, which is no uuid."""


def begin() -> None:
    """Give up after three seconds instead of holding up everybody; first line of a migration."""
    op.execute("SET LOCAL lock_timeout = '3s'")


def tenant_table(name: str, *, app: str = "SELECT, INSERT, UPDATE, DELETE") -> None:
    """Let the app role see the rows of the schools in its transaction's scope alone (SPEC P3).

    The table has a column school_id. The security is forced: the owner sees nothing either.
    """
    op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY tenant ON {name} TO {role('app')}"
        f" USING ({_IN_SCOPE}) WITH CHECK ({_IN_SCOPE})"
    )
    op.execute(f"GRANT {app} ON {name} TO {role('app')}")


def jobs_may(name: str, *commands: str, where: str = "true", columns: Sequence[str] = ()) -> None:
    """Let the jobs role do this to the rows of a tenant table that fulfil the condition.

    `commands` are SELECT, INSERT, UPDATE or DELETE; `columns` narrows SELECT to ids and dates.
    """
    for command in commands:
        policy = f"jobs_{command.lower()}"
        check = f"WITH CHECK ({where})" if command == "INSERT" else f"USING ({where})"
        op.execute(f"CREATE POLICY {policy} ON {name} FOR {command} TO {role('jobs')} {check}")
        limited = f" ({', '.join(columns)})" if columns and command == "SELECT" else ""
        op.execute(f"GRANT {command}{limited} ON {name} TO {role('jobs')}")


def create_outbox() -> None:
    """Make the outbox. The app role adds and erases facts, the jobs role publishes them."""
    _create(outbox_table(sa.MetaData()))
    op.create_index(
        "ix_outbox_waiting", "outbox", ["created_at"], postgresql_where="published_at IS NULL"
    )
    op.create_index("ix_outbox_survey_id", "outbox", ["survey_id"])
    _grant("outbox", app="SELECT, INSERT, DELETE", jobs="SELECT, UPDATE, DELETE")


def create_inbox() -> None:
    """Make the inbox and the place for dead letters."""
    _create(inbox_table(sa.MetaData()))
    op.create_index("ix_inbox_survey_id", "inbox", ["survey_id"])
    _grant("inbox", app="SELECT, INSERT, DELETE", jobs="SELECT, DELETE")
    _create(dead_letters_table(sa.MetaData()))
    _grant("dead_letters", app="SELECT, DELETE", jobs="SELECT, INSERT, DELETE")


def create_clock_record() -> None:
    """Make the table in which timers remember the clock (SPEC T7)."""
    _create(clock_record_table(sa.MetaData()))
    _grant("clock_record", app="SELECT", jobs="SELECT, INSERT, UPDATE")


def role(kind: str) -> str:
    """Return the name of this service's `app` or `jobs` role, quoted."""
    owner = op.get_bind().scalar(sa.text("SELECT current_user")) or ""
    if not owner.endswith("_owner"):
        raise RuntimeError("migrations run as the role <service>_owner")
    return f'"{owner.removesuffix("_owner")}_{kind}"'


def _create(table: sa.Table) -> None:
    table.create(op.get_bind())


def _grant(name: str, *, app: str, jobs: str) -> None:
    op.execute(f"GRANT {app} ON {name} TO {role('app')}")
    op.execute(f"GRANT {jobs} ON {name} TO {role('jobs')}")

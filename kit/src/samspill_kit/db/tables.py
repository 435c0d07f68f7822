"""Tables that every service with facts has, bound to the service's own MetaData."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

CONVENTION: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""How constraints are named, in every service."""


def outbox_table(metadata: sa.MetaData) -> sa.Table:
    """Return the facts to be published; rows stay 14 days after publishing."""
    return _once(
        metadata,
        "outbox",
        sa.Column("event_id", sa.Uuid, primary_key=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("headers", JSONB, nullable=False),
        sa.Column("survey_id", sa.Uuid),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("stream_epoch", sa.DateTime(timezone=True)),
    )


def inbox_table(metadata: sa.MetaData) -> sa.Table:
    """Return the facts of other services that have been taken in."""
    return _once(
        metadata,
        "inbox",
        sa.Column("event_id", sa.Uuid, primary_key=True),
        sa.Column("survey_id", sa.Uuid),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
    )


def dead_letters_table(metadata: sa.MetaData) -> sa.Table:
    """Return the facts that could not be taken in, parked where a person will see them."""
    return _once(
        metadata,
        "dead_letters",
        sa.Column("consumer", sa.Text, primary_key=True),
        sa.Column("event_id", sa.Uuid, primary_key=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("survey_id", sa.Uuid),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=False),
    )


def clock_record_table(metadata: sa.MetaData) -> sa.Table:
    """Return the one row in which timers keep what they last saw of the clock (SPEC T7)."""
    return _once(
        metadata,
        "clock_record",
        sa.Column("timer", sa.Text, primary_key=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("distrusted_at", sa.DateTime(timezone=True)),
    )


def _once(metadata: sa.MetaData, name: str, *columns: "sa.Column[object]") -> sa.Table:
    existing = metadata.tables.get(name)
    return sa.Table(name, metadata, *columns) if existing is None else existing

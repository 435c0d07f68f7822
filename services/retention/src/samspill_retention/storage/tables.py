"""Tables of the retention database."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

metadata = sa.MetaData()

lifetimes = sa.Table(
    "lifetimes",
    metadata,
    sa.Column("school_id", sa.Uuid, primary_key=True),
    sa.Column("survey_id", sa.Uuid, primary_key=True),
    sa.Column("created_by", sa.Uuid, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("delete_on", sa.Date, nullable=False),
    sa.Column("ceiling_on", sa.Date, nullable=False),
    sa.Column("closed_at", sa.DateTime(timezone=True)),
)

audit_heads = sa.Table(
    "audit_heads",
    metadata,
    sa.Column("school_id", sa.Uuid, primary_key=True),
    sa.Column("sequence", sa.BigInteger, primary_key=True),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("signature", sa.Text, nullable=False),
    sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
)

deletions = sa.Table(
    "deletions",
    metadata,
    sa.Column("school_id", sa.Uuid, primary_key=True),
    sa.Column("survey_id", sa.Uuid, primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("asked_by", sa.Uuid),
    sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("at_once", sa.Boolean, nullable=False),
    # Per service: locked_at, erased_at and rows removed per table.
    sa.Column("services", JSONB, nullable=False),
    sa.Column("key_destroyed_at", sa.DateTime(timezone=True)),
    sa.Column("receipt_at", sa.DateTime(timezone=True)),
    sa.Column("receipt_json", sa.Text),
    sa.Column("receipt_jws", sa.Text),
    sa.Column("key_gone_after", sa.Date),
    sa.Column("taken_back_at", sa.DateTime(timezone=True)),
    sa.Column("is_finished", sa.Boolean, nullable=False),
)

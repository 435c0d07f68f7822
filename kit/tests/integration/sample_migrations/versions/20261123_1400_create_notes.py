"""Create a tenant table, the outbox and the inbox."""

import sqlalchemy as sa
from alembic import op

from samspill_kit.db import migration_ops as ops

revision = "20261123_1400"
down_revision = None


def upgrade() -> None:
    ops.begin()
    op.create_table(
        "notes",
        sa.Column("school_id", sa.Uuid, primary_key=True),
        sa.Column("note_id", sa.Uuid, primary_key=True),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("delete_on", sa.Date),
    )
    ops.tenant_table("notes")
    ops.jobs_may("notes", "SELECT", columns=["school_id", "note_id", "delete_on"])
    ops.jobs_may("notes", "DELETE", where="delete_on < current_date")
    ops.create_outbox()
    ops.create_inbox()
    ops.create_clock_record()

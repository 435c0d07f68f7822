"""Create lifetimes and deletions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from samspill_kit.db import migration_ops as kit

revision = "20261123_2155"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    kit.begin()
    _create_lifetimes()
    _create_deletions()
    kit.create_outbox()
    kit.create_inbox()
    kit.create_clock_record()


def _create_lifetimes() -> None:
    op.create_table(
        "lifetimes",
        sa.Column("school_id", sa.Uuid, nullable=False),
        sa.Column("survey_id", sa.Uuid, nullable=False),
        sa.Column("created_by", sa.Uuid, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delete_on", sa.Date, nullable=False),
        sa.Column("ceiling_on", sa.Date, nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("school_id", "survey_id", name="pk_lifetimes"),
        sa.CheckConstraint("delete_on <= ceiling_on", name="ck_lifetimes_delete_on"),
    )
    kit.tenant_table("lifetimes")
    kit.jobs_may(
        "lifetimes", "SELECT", columns=("school_id", "survey_id", "delete_on", "ceiling_on")
    )


def _create_deletions() -> None:
    op.create_table(
        "deletions",
        sa.Column("school_id", sa.Uuid, nullable=False),
        sa.Column("survey_id", sa.Uuid, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("asked_by", sa.Uuid),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at_once", sa.Boolean, nullable=False),
        sa.Column("services", JSONB, nullable=False),
        sa.Column("key_destroyed_at", sa.DateTime(timezone=True)),
        sa.Column("receipt_at", sa.DateTime(timezone=True)),
        sa.Column("receipt_json", sa.Text),
        sa.Column("receipt_jws", sa.Text),
        sa.Column("key_gone_after", sa.Date),
        sa.Column("taken_back_at", sa.DateTime(timezone=True)),
        sa.Column("is_finished", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("school_id", "survey_id", name="pk_deletions"),
    )
    kit.tenant_table("deletions", app="SELECT, INSERT, UPDATE")
    kit.jobs_may("deletions", "SELECT", columns=("school_id", "survey_id", "is_finished"))


def downgrade() -> None:
    kit.begin()
    for table in ("clock_record", "dead_letters", "inbox", "outbox", "deletions", "lifetimes"):
        op.drop_table(table)

"""Create the locks that keep a deleted survey from being read."""

import sqlalchemy as sa
from alembic import op

from samspill_kit.db import migration_ops as kit

revision = "20261123_2200"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    kit.begin()
    op.create_table(
        "survey_locks",
        sa.Column("school_id", sa.Uuid, nullable=False),
        sa.Column("survey_id", sa.Uuid, nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("school_id", "survey_id", name="pk_survey_locks"),
    )
    kit.tenant_table("survey_locks")


def downgrade() -> None:
    kit.begin()
    op.drop_table("survey_locks")

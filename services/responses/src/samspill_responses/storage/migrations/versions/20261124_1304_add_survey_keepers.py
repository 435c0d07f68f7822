"""Add who made a survey and its groups, for deciding who is told its states.

Expand step: surveys prepared before have nobody and no groups, and are told to leaders alone.
"""

import sqlalchemy as sa
from alembic import op

from samspill_kit.db.migration_ops import begin

revision = "20261124_1304"
down_revision = "20261123_2100"
branch_labels = None
depends_on = None


def upgrade() -> None:
    begin()
    op.add_column("surveys", sa.Column("created_by", sa.UUID))
    op.add_column(
        "surveys",
        sa.Column("group_ids", sa.ARRAY(sa.UUID), nullable=False, server_default="{}"),
    )


def downgrade() -> None:
    begin()
    op.drop_column("surveys", "group_ids")
    op.drop_column("surveys", "created_by")

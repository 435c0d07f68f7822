"""Add who made a survey and its groups, for deciding who is told its states."""

from samspill_kit.db.migration_ops import begin

revision = "20261124_1304"
down_revision = "20261123_2100"
branch_labels = None
depends_on = None


def upgrade() -> None:
    begin()


def downgrade() -> None:
    begin()

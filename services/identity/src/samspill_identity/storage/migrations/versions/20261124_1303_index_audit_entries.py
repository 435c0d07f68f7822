"""Let the audit chain be filtered without reading it whole."""

from samspill_kit.db.migration_ops import begin

revision = "20261124_1303"
down_revision = "20261124_1302"
branch_labels = None
depends_on = None


def upgrade() -> None:
    begin()


def downgrade() -> None:
    begin()

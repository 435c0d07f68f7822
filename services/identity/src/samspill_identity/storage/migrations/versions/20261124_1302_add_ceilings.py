"""Add ceilings of municipalities, closing of schools, and the active municipality of a sign-in."""

from alembic import op

from samspill_kit.db.migration_ops import begin

revision = "20261124_1302"
down_revision = "20261124_1301"
branch_labels = None
depends_on = None


def upgrade() -> None:
    begin()
    # Absent: the defaults of the domain.
    op.execute("ALTER TABLE municipalities ADD ceilings jsonb")
    op.execute("ALTER TABLE schools ADD closed_at timestamptz")
    op.execute("ALTER TABLE staff_sessions ADD active_municipality uuid")


def downgrade() -> None:
    begin()
    op.execute("ALTER TABLE staff_sessions DROP active_municipality")
    op.execute("ALTER TABLE schools DROP closed_at")
    op.execute("ALTER TABLE municipalities DROP ceilings")

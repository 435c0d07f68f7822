"""Let the audit chain be filtered without reading it whole."""

from alembic import op

from samspill_kit.db.migration_ops import begin

revision = "20261124_1303"
down_revision = "20261124_1302"
branch_labels = None
depends_on = None


def upgrade() -> None:
    begin()
    op.execute("CREATE INDEX ix_audit_entries_survey ON audit_entries (school_id, survey_id)")
    op.execute("CREATE INDEX ix_audit_entries_staff ON audit_entries (school_id, staff_id)")


def downgrade() -> None:
    begin()
    op.drop_index("ix_audit_entries_staff")
    op.drop_index("ix_audit_entries_survey")

"""Add the languages that the pupil pages of a survey may have.

Expand step: the default is all of them, so that a release before this one goes on writing.
"""

from alembic import op

from samspill_kit.db.migration_ops import begin

revision = "20261124_1306"
down_revision = "20261123_2145"
branch_labels = None
depends_on = None


def upgrade() -> None:
    begin()
    op.execute("ALTER TABLE surveys ADD languages text[] NOT NULL DEFAULT '{}'")


def downgrade() -> None:
    begin()
    op.execute("ALTER TABLE surveys DROP languages")

"""Create the copies of the heads of identity's audit chains."""

import sqlalchemy as sa
from alembic import op

from samspill_kit.db import migration_ops as kit

revision = "20261124_1305"
down_revision = "20261123_2155"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kit.begin()
    op.create_table(
        "audit_heads",
        sa.Column("school_id", sa.Uuid, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("school_id", "sequence", name="pk_audit_heads"),
    )
    # Added and read, never changed: a copy that could be rewritten would prove nothing.
    kit.tenant_table("audit_heads", app="SELECT, INSERT")


def downgrade() -> None:
    kit.begin()
    op.drop_table("audit_heads")

"""Add shares of surveys, and what a sign-in needs to be listed.

Expand step: columns have defaults, so that a release before this one goes on writing.
"""

from alembic import op

from samspill_kit.db.migration_ops import begin, jobs_may, tenant_table

revision = "20261124_1301"
down_revision = "20261123_2155"
branch_labels = None
depends_on = None

SHARES = """
CREATE TABLE survey_shares (
    school_id uuid, survey_id uuid, staff_id uuid,
    level text NOT NULL CONSTRAINT ck_survey_shares_level CHECK (level IN
        ('aggregate', 'pseudonymous', 'named', 'free_text')),
    shared_by uuid NOT NULL,
    shared_at timestamptz NOT NULL,
    -- Ciphertext; only of a reader who came after the opening.
    reason bytea,
    CONSTRAINT pk_survey_shares PRIMARY KEY (school_id, survey_id, staff_id),
    CONSTRAINT fk_survey_shares_survey FOREIGN KEY (school_id, survey_id)
        REFERENCES surveys (school_id, survey_id)
)
"""
DUE = "(now() AT TIME ZONE 'UTC')::date >= least(delete_on + 7, ceiling_on)"


def upgrade() -> None:
    begin()
    op.execute(SHARES)
    op.execute("CREATE INDEX ix_survey_shares_staff ON survey_shares (school_id, staff_id)")
    tenant_table("survey_shares")
    same = "{0}.school_id = survey_shares.school_id AND {0}.survey_id = survey_shares.survey_id"
    due = f"EXISTS (SELECT FROM surveys s WHERE {same.format('s')} AND {DUE})"
    gone = f"EXISTS (SELECT FROM survey_tombstones t WHERE {same.format('t')})"
    jobs_may("survey_shares", "SELECT", columns=("school_id", "survey_id"))
    jobs_may("survey_shares", "DELETE", where=f"{due} OR {gone}")
    op.execute("ALTER TABLE staff_sessions ADD device text NOT NULL DEFAULT ''")
    op.execute("ALTER TABLE staff_sessions ADD has_second_factor boolean NOT NULL DEFAULT false")


def downgrade() -> None:
    begin()
    op.execute("ALTER TABLE staff_sessions DROP has_second_factor, DROP device")
    op.drop_table("survey_shares")

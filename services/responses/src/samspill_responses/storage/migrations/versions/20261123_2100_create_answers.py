"""Create what decides acceptance, the answers, and the two functions of the hot path."""

from pathlib import Path
from typing import Final

from alembic import op

from samspill_kit.db.migration_ops import (
    begin,
    create_clock_record,
    create_outbox,
    jobs_may,
    tenant_table,
)

revision = "20261123_2100"
down_revision = None
branch_labels = None
depends_on = None

FUNCTIONS: Final = Path(__file__).parents[1] / "functions"

OF_A_SURVEY: Final = (
    "answer_versions",
    "answers",
    "pages",
    "participants",
    "survey_locks",
    "surveys",
)
TABLES: Final = """
CREATE TABLE surveys (
    school_id uuid, survey_id uuid,
    questions jsonb NOT NULL,
    acceptance_version bigint NOT NULL,
    list_version integer NOT NULL,
    closes_at timestamptz NOT NULL,
    delete_on date NOT NULL,
    ceiling_on date NOT NULL,
    sealed_at timestamptz,
    CONSTRAINT pk_surveys PRIMARY KEY (school_id, survey_id)
)

CREATE INDEX ix_surveys_closes_at ON surveys (closes_at) WHERE sealed_at IS NULL

CREATE INDEX ix_surveys_delete_on ON surveys (delete_on)

-- Rows here are replaced often: room on the page keeps the indexes out of it.
CREATE TABLE participants (
    school_id uuid, survey_id uuid, participant_id uuid,
    participant_group integer NOT NULL,
    since_version integer NOT NULL,
    until_version integer,
    state text NOT NULL,
    state_version integer NOT NULL,
    submitted_at timestamptz,
    CONSTRAINT pk_participants PRIMARY KEY (school_id, survey_id, participant_id),
    CONSTRAINT ck_participants_state CHECK (
        state IN ('not_started', 'started', 'submitted', 'declined', 'returned'))
) WITH (fillfactor = 80)

CREATE TABLE pages (
    school_id uuid, survey_id uuid, participant_id uuid, page_id uuid,
    sequence integer NOT NULL,
    CONSTRAINT pk_pages PRIMARY KEY (school_id, survey_id, participant_id, page_id)
) WITH (fillfactor = 80)

CREATE TABLE answers (
    school_id uuid, survey_id uuid, participant_id uuid, question_id uuid,
    ciphertext bytea NOT NULL,
    mark boolean NOT NULL,
    session_id uuid NOT NULL,
    page_id uuid NOT NULL,
    sequence integer NOT NULL,
    written_at timestamptz NOT NULL,
    CONSTRAINT pk_answers PRIMARY KEY (school_id, survey_id, participant_id, question_id)
) WITH (fillfactor = 80)

CREATE TABLE answer_versions (
    LIKE answers,
    CONSTRAINT pk_answer_versions PRIMARY KEY
        (school_id, survey_id, participant_id, question_id, session_id, written_at)
)

CREATE TABLE survey_locks (
    school_id uuid, survey_id uuid,
    locked_at timestamptz NOT NULL,
    CONSTRAINT pk_survey_locks PRIMARY KEY (school_id, survey_id)
)

CREATE TABLE tombstones (
    school_id uuid, survey_id uuid,
    erased_at timestamptz NOT NULL,
    row_counts jsonb NOT NULL,
    CONSTRAINT pk_tombstones PRIMARY KEY (school_id, survey_id)
)
"""
TIMER_RULES: Final = """
-- The timer reads ids and dates; it removes only what is due or has its tombstone,
-- and leaves a tombstone only for what is due (SPEC T1, ARCHITECTURE 6).
CREATE FUNCTION is_due(day_of_deletion date, ceiling date) RETURNS boolean
    LANGUAGE sql STABLE AS
    $$ SELECT day_of_deletion + 7 <= current_date OR ceiling <= current_date $$

CREATE FUNCTION is_survey_due(school uuid, survey uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM surveys s WHERE s.school_id = school AND s.survey_id = survey
                      AND is_due(s.delete_on, s.ceiling_on)) $$

CREATE FUNCTION is_erasable(school uuid, survey uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT is_survey_due(school, survey)
        OR EXISTS (SELECT FROM tombstones t WHERE t.school_id = school AND t.survey_id = survey) $$
"""
IDS: Final = ("school_id", "survey_id")
DATES: Final = ("closes_at", "delete_on", "ceiling_on", "sealed_at")


def upgrade() -> None:
    begin()
    _run(TABLES)
    for table in (*OF_A_SURVEY, "tombstones"):
        tenant_table(table)
    create_outbox()
    create_clock_record()
    for name in ("save_answers_1", "read_page_1"):
        op.execute((FUNCTIONS / f"{name}.sql").read_text(encoding="utf-8"))
    _let_jobs_erase()


def _let_jobs_erase() -> None:
    _run(TIMER_RULES)
    for table in OF_A_SURVEY:
        columns = IDS + DATES if table == "surveys" else IDS
        jobs_may(table, "SELECT", columns=columns)
        jobs_may(table, "DELETE", where="is_erasable(school_id, survey_id)")
    jobs_may("tombstones", "SELECT", "UPDATE")
    jobs_may("tombstones", "INSERT", where="is_survey_due(school_id, survey_id)")


def downgrade() -> None:
    begin()
    op.execute("DROP FUNCTION save_answers, read_page")
    for table in (*OF_A_SURVEY, "tombstones", "clock_record", "outbox"):
        op.execute(f"DROP TABLE {table} CASCADE")
    op.execute("DROP FUNCTION is_erasable, is_survey_due, is_due")


def _run(script: str) -> None:
    """Statements stand apart by an empty line: the driver takes one at a time."""
    for statement in script.strip().split("\n\n"):
        op.execute(statement)

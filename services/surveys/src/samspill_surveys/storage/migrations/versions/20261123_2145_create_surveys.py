"""Create surveys, their participants, locks and tombstones."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from samspill_kit.db import migration_ops as kit

revision = "20261123_2145"
down_revision = None
branch_labels = None
depends_on = None

CHILDREN = ("survey_groups", "survey_questions", "survey_readers", "survey_participants")

# By the database's own clock and calendar: a second opinion beside the process' (SPEC T1, T7).
DUE = "(now() AT TIME ZONE 'UTC')::date >= least(delete_on + 7, ceiling_on)"


def upgrade() -> None:
    kit.begin()
    _create_surveys()
    _create_groups()
    _create_questions()
    _create_readers()
    _create_participants()
    _create_locks_and_tombstones()
    kit.create_outbox()
    kit.create_inbox()
    kit.create_clock_record()
    _let_jobs_erase_what_is_due()


def downgrade() -> None:
    kit.begin()
    for table in ("clock_record", "dead_letters", "inbox", "outbox"):
        op.drop_table(table)
    for table in (*CHILDREN, "survey_locks", "surveys", "survey_tombstones"):
        op.drop_table(table)


def _create_surveys() -> None:
    op.create_table(
        "surveys",
        *_ids(),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("band", sa.Text, nullable=False),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created_by", sa.Uuid, nullable=False),
        _instant("created_at"),
        _instant("closes_at"),
        _instant("opened_at", nullable=True),
        _instant("closed_at", nullable=True),
        sa.Column("delete_on", sa.Date, nullable=False),
        sa.Column("ceiling_on", sa.Date, nullable=False),
        sa.Column("shuffle_seed", sa.BigInteger, nullable=False),
        sa.Column("participants", sa.Integer, nullable=False),
        sa.Column("list_version", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("school_id", "survey_id", name="pk_surveys"),
        sa.CheckConstraint("state IN ('draft', 'open', 'closed')", name="ck_surveys_state"),
        sa.CheckConstraint("delete_on <= ceiling_on", name="ck_surveys_delete_on"),
    )
    kit.tenant_table("surveys")
    op.create_index("ix_surveys_delete_on", "surveys", ["delete_on"])


def _create_groups() -> None:
    _child(
        "survey_groups",
        sa.Column("group_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        key="group_id",
    )


def _create_questions() -> None:
    _child(
        "survey_questions",
        sa.Column("question_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("catalogue_key", sa.Text, nullable=False),
        sa.Column("catalogue_version", sa.Integer, nullable=False),
        sa.Column("max_nominees", sa.Integer, nullable=False),
        key="question_id",
    )


def _create_readers() -> None:
    _child(
        "survey_readers",
        sa.Column("staff_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        key="staff_id",
    )


def _create_participants() -> None:
    _child(
        "survey_participants",
        sa.Column("participant_id", sa.Uuid, nullable=False),
        sa.Column("pupil_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("card", sa.LargeBinary, nullable=False),
        sa.Column("has_left", sa.Boolean, nullable=False),
        sa.UniqueConstraint(
            "school_id",
            "survey_id",
            "pupil_id",
            name="uq_survey_participants_school_id_survey_id_pupil_id",
        ),
        sa.UniqueConstraint(
            "school_id",
            "survey_id",
            "number",
            name="uq_survey_participants_school_id_survey_id_number",
        ),
        key="participant_id",
    )


def _create_locks_and_tombstones() -> None:
    # Without a foreign key: a survey may be locked or erased that never arrived here.
    op.create_table(
        "survey_locks",
        *_ids(),
        _instant("locked_at"),
        sa.PrimaryKeyConstraint("school_id", "survey_id", name="pk_survey_locks"),
    )
    op.create_table(
        "survey_tombstones",
        *_ids(),
        _instant("erased_at"),
        sa.Column("rows_removed", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("school_id", "survey_id", name="pk_survey_tombstones"),
    )
    kit.tenant_table("survey_locks")
    kit.tenant_table("survey_tombstones", app="SELECT, INSERT, UPDATE")


def _let_jobs_erase_what_is_due() -> None:
    kit.jobs_may("surveys", "SELECT", columns=("school_id", "survey_id", "delete_on", "ceiling_on"))
    kit.jobs_may("surveys", "DELETE", where=f"{DUE} OR {_has_tombstone('surveys')}")
    for table in (*CHILDREN, "survey_locks"):
        kit.jobs_may(table, "SELECT", columns=("school_id", "survey_id"))
        is_due = f"EXISTS (SELECT FROM surveys s WHERE {_same('s', table)} AND {DUE})"
        kit.jobs_may(table, "DELETE", where=f"{is_due} OR {_has_tombstone(table)}")
    kit.jobs_may("survey_tombstones", "SELECT", "UPDATE")
    # Only for a survey that is gone: what the policies above left standing gets no tombstone.
    stands = f"EXISTS (SELECT FROM surveys s WHERE {_same('s', 'survey_tombstones')})"
    kit.jobs_may("survey_tombstones", "INSERT", where=f"NOT {stands}")


def _has_tombstone(table: str) -> str:
    return f"EXISTS (SELECT FROM survey_tombstones t WHERE {_same('t', table)})"


def _same(one: str, other: str) -> str:
    return f"{one}.school_id = {other}.school_id AND {one}.survey_id = {other}.survey_id"


def _child(name: str, *columns: "sa.Column[object] | sa.Constraint", key: str) -> None:
    op.create_table(
        name,
        *_ids(),
        *columns,
        sa.PrimaryKeyConstraint("school_id", "survey_id", key, name=f"pk_{name}"),
        sa.ForeignKeyConstraint(
            ["school_id", "survey_id"],
            ["surveys.school_id", "surveys.survey_id"],
            name=f"fk_{name}_school_id_survey_id",
        ),
    )
    kit.tenant_table(name)


def _ids() -> "tuple[sa.Column[object], sa.Column[object]]":
    return (
        sa.Column("school_id", sa.Uuid, nullable=False),
        sa.Column("survey_id", sa.Uuid, nullable=False),
    )


def _instant(name: str, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)

"""The tables of the surveys database; pupils' names are ciphertext in
`survey_participants.card`.
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from samspill_kit.db import CONVENTION, dead_letters_table, inbox_table, outbox_table

metadata = sa.MetaData(naming_convention=CONVENTION)


def _tenant_keys(*, of_survey: bool = True) -> list[sa.Column[object] | sa.ForeignKeyConstraint]:
    keys: list[sa.Column[object] | sa.ForeignKeyConstraint] = [
        sa.Column("school_id", sa.Uuid, primary_key=True),
        sa.Column("survey_id", sa.Uuid, primary_key=True),
    ]
    if of_survey:
        keys.append(
            sa.ForeignKeyConstraint(
                ["school_id", "survey_id"], ["surveys.school_id", "surveys.survey_id"]
            )
        )
    return keys


surveys = sa.Table(
    "surveys",
    metadata,
    *_tenant_keys(of_survey=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("band", sa.Text, nullable=False),
    sa.Column("mode", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("created_by", sa.Uuid, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("opened_at", sa.DateTime(timezone=True)),
    sa.Column("closed_at", sa.DateTime(timezone=True)),
    sa.Column("delete_on", sa.Date, nullable=False),
    sa.Column("ceiling_on", sa.Date, nullable=False),
    sa.Column("shuffle_seed", sa.BigInteger, nullable=False),
    sa.Column("participants", sa.Integer, nullable=False),
    sa.Column("list_version", sa.Integer, nullable=False),
    sa.Column("languages", ARRAY(sa.Text), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)

survey_groups = sa.Table(
    "survey_groups",
    metadata,
    *_tenant_keys(),
    sa.Column("group_id", sa.Uuid, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
)

survey_questions = sa.Table(
    "survey_questions",
    metadata,
    *_tenant_keys(),
    sa.Column("question_id", sa.Uuid, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("catalogue_key", sa.Text, nullable=False),
    sa.Column("catalogue_version", sa.Integer, nullable=False),
    sa.Column("max_nominees", sa.Integer, nullable=False),
)

survey_readers = sa.Table(
    "survey_readers",
    metadata,
    *_tenant_keys(),
    sa.Column("staff_id", sa.Uuid, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("display_name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
)

survey_participants = sa.Table(
    "survey_participants",
    metadata,
    *_tenant_keys(),
    sa.Column("participant_id", sa.Uuid, primary_key=True),
    sa.Column("pupil_id", sa.Uuid, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("card", sa.LargeBinary, nullable=False),
    sa.Column("has_left", sa.Boolean, nullable=False),
    sa.UniqueConstraint("school_id", "survey_id", "pupil_id"),
    sa.UniqueConstraint("school_id", "survey_id", "number"),
)

survey_locks = sa.Table(
    "survey_locks",
    metadata,
    *_tenant_keys(of_survey=False),
    sa.Column("locked_at", sa.DateTime(timezone=True), nullable=False),
)

survey_tombstones = sa.Table(
    "survey_tombstones",
    metadata,
    *_tenant_keys(of_survey=False),
    sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("rows_removed", JSONB, nullable=False),
)

outbox = outbox_table(metadata)
inbox = inbox_table(metadata)
dead_letters = dead_letters_table(metadata)

"""Tables of responses, as the migrations leave them."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

from samspill_kit.db import CONVENTION, outbox_table

METADATA = sa.MetaData(naming_convention=CONVENTION)

_KEY = ("school_id", "survey_id")


def _ids(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, UUID(as_uuid=True), primary_key=True) for name in names]


surveys = sa.Table(
    "surveys",
    METADATA,
    *_ids(*_KEY),
    sa.Column("questions", JSONB, nullable=False),
    sa.Column("acceptance_version", sa.BigInteger, nullable=False),
    sa.Column("list_version", sa.Integer, nullable=False),
    sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("delete_on", sa.Date, nullable=False),
    sa.Column("ceiling_on", sa.Date, nullable=False),
    sa.Column("sealed_at", sa.DateTime(timezone=True)),
    sa.Column("created_by", sa.UUID),
    sa.Column("group_ids", sa.ARRAY(sa.UUID), nullable=False, server_default="{}"),
)

participants = sa.Table(
    "participants",
    METADATA,
    *_ids(*_KEY, "participant_id"),
    sa.Column("participant_group", sa.Integer, nullable=False),
    sa.Column("since_version", sa.Integer, nullable=False),
    sa.Column("until_version", sa.Integer),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("state_version", sa.Integer, nullable=False),
    sa.Column("submitted_at", sa.DateTime(timezone=True)),
)

pages = sa.Table(
    "pages",
    METADATA,
    *_ids(*_KEY, "participant_id", "page_id"),
    sa.Column("sequence", sa.Integer, nullable=False),
)

_ANSWER = (
    ("ciphertext", sa.LargeBinary),
    ("mark", sa.Boolean),
    ("session_id", UUID(as_uuid=True)),
    ("page_id", UUID(as_uuid=True)),
    ("sequence", sa.Integer),
    ("written_at", sa.DateTime(timezone=True)),
)

answers = sa.Table(
    "answers",
    METADATA,
    *_ids(*_KEY, "participant_id", "question_id"),
    *(sa.Column(name, kind, nullable=False) for name, kind in _ANSWER),
)

answer_versions = sa.Table(
    "answer_versions",
    METADATA,
    *_ids(*_KEY, "participant_id", "question_id"),
    *(
        sa.Column(name, kind, nullable=False, primary_key=name in ("session_id", "written_at"))
        for name, kind in _ANSWER
    ),
)

survey_locks = sa.Table(
    "survey_locks",
    METADATA,
    *_ids(*_KEY),
    sa.Column("locked_at", sa.DateTime(timezone=True), nullable=False),
)

tombstones = sa.Table(
    "tombstones",
    METADATA,
    *_ids(*_KEY),
    sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("row_counts", JSONB, nullable=False),
)

outbox = outbox_table(METADATA)

OF_A_SURVEY = (answer_versions, answers, pages, participants, survey_locks, surveys)
"""Every table that holds rows of a survey, in the order of erasing: its dates go last."""

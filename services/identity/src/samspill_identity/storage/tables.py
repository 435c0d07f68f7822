"""The tables of the identity database; pupils' names are ciphertext in `pupils.card`."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from samspill_kit.db import CONVENTION

metadata = sa.MetaData(naming_convention=CONVENTION)

_At = sa.DateTime(timezone=True)


def _key(name: str, kind: Any = sa.Uuid) -> "sa.Column[Any]":
    return sa.Column(name, kind, primary_key=True)


def _kept(name: str, kind: Any) -> "sa.Column[Any]":
    return sa.Column(name, kind, nullable=False)


municipalities = sa.Table(
    "municipalities",
    metadata,
    _key("municipality_id"),
    sa.Column("orgnr", sa.Text, nullable=False, unique=True),
    _kept("name", sa.Text),
    sa.Column("ceilings", JSONB),
)

schools = sa.Table(
    "schools",
    metadata,
    _key("school_id"),
    sa.Column("municipality_id", sa.ForeignKey("municipalities.municipality_id"), nullable=False),
    sa.Column("orgnr", sa.Text, nullable=False, unique=True),
    _kept("name", sa.Text),
    sa.Column("closed_at", _At),
)

signing_keys = sa.Table(
    "signing_keys",
    metadata,
    _key("kid", sa.Text),
    _kept("public_jwk", JSONB),
    _kept("sealed_private", sa.LargeBinary),
    _kept("made_at", _At),
)

sign_in_attempts = sa.Table(
    "sign_in_attempts",
    metadata,
    _key("token_hash", sa.LargeBinary),
    _kept("sealed", sa.LargeBinary),
    _kept("expires_at", _At),
)

staff_sessions = sa.Table(
    "staff_sessions",
    metadata,
    _key("token_hash", sa.LargeBinary),
    sa.Column("session_id", sa.Uuid, nullable=False, unique=True),
    _kept("staff_id", sa.Uuid),
    _kept("display_name", sa.Text),
    _kept("memberships", JSONB),
    _kept("provider_session", sa.Text),
    _kept("provider_tokens", sa.LargeBinary),
    sa.Column("active_school", sa.Uuid),
    sa.Column("active_municipality", sa.Uuid),
    _kept("device", sa.Text),
    _kept("has_second_factor", sa.Boolean),
    _kept("started_at", _At),
    _kept("used_at", _At),
    _kept("rights_read_at", _At),
)

staff_members = sa.Table(
    "staff_members",
    metadata,
    _key("school_id"),
    _key("staff_id"),
    _kept("display_name", sa.Text),
    _kept("roles", ARRAY(sa.Text)),
    _kept("told_at", _At),
)

grants = sa.Table(
    "grants",
    metadata,
    _key("school_id"),
    _key("staff_id"),
    _key("place", sa.Integer),
    _kept("action", sa.Text),
    sa.Column("level", sa.Text),
    sa.Column("group_id", sa.Uuid),
    _kept("until_on", sa.Date),
    _kept("granted_by", sa.Uuid),
    _kept("granted_at", _At),
)

groups = sa.Table(
    "groups",
    metadata,
    _key("school_id"),
    _key("group_id"),
    _kept("name", sa.Text),
    _kept("name_key", sa.Text),
    sa.UniqueConstraint("school_id", "name_key"),
)

pupils = sa.Table(
    "pupils",
    metadata,
    _key("school_id"),
    _key("pupil_id"),
    _kept("card", sa.LargeBinary),
)

pupil_groups = sa.Table(
    "pupil_groups",
    metadata,
    _key("school_id"),
    _key("pupil_id"),
    _key("group_id"),
    sa.ForeignKeyConstraint(["school_id", "pupil_id"], ["pupils.school_id", "pupils.pupil_id"]),
    sa.ForeignKeyConstraint(["school_id", "group_id"], ["groups.school_id", "groups.group_id"]),
    sa.Index("ix_pupil_groups_group", "school_id", "group_id"),
)

prepared_imports = sa.Table(
    "prepared_imports",
    metadata,
    _key("school_id"),
    _key("import_id"),
    _kept("staff_id", sa.Uuid),
    _kept("sealed", sa.LargeBinary),
    _kept("expires_at", _At),
)

audit_entries = sa.Table(
    "audit_entries",
    metadata,
    _key("school_id"),
    _key("sequence", sa.BigInteger),
    _kept("entry_id", sa.Uuid),
    _kept("at", _At),
    _kept("staff_id", sa.Uuid),
    _kept("purpose", sa.Text),
    sa.Column("survey_id", sa.Uuid),
    sa.Column("level", sa.Text),
    _kept("participants", ARRAY(sa.Uuid)),
    sa.Column("subject_id", sa.Uuid),
    _kept("previous", sa.LargeBinary),
    _kept("digest", sa.LargeBinary),
)

audit_heads = sa.Table(
    "audit_heads",
    metadata,
    _key("school_id"),
    _kept("sequence", sa.BigInteger),
    _kept("digest", sa.LargeBinary),
)

surveys = sa.Table(
    "surveys",
    metadata,
    _key("school_id"),
    _key("survey_id"),
    _kept("created_by", sa.Uuid),
    _kept("delete_on", sa.Date),
    _kept("ceiling_on", sa.Date),
    _kept("has_fixed_readers", sa.Boolean),
    sa.Column("closed_at", _At),
)


def _of_survey() -> list[Any]:
    return [
        _key("school_id"),
        _key("survey_id"),
        sa.ForeignKeyConstraint(
            ["school_id", "survey_id"], ["surveys.school_id", "surveys.survey_id"]
        ),
    ]


survey_groups = sa.Table(
    "survey_groups",
    metadata,
    *_of_survey(),
    _key("group_id"),
    _kept("place", sa.Integer),
)

survey_readers = sa.Table(
    "survey_readers",
    metadata,
    *_of_survey(),
    _key("staff_id"),
    _kept("place", sa.Integer),
    _kept("display_name", sa.Text),
    _kept("role", sa.Text),
    _kept("level", sa.Text),
)

access_codes = sa.Table(
    "access_codes",
    metadata,
    *_of_survey(),
    _key("code_id"),
    _kept("participant_id", sa.Uuid),
    sa.Column("code_hash", sa.LargeBinary, nullable=False, unique=True),
    _kept("made_at", _At),
    _kept("closes_at", _At),
    _kept("is_renewed", sa.Boolean),
    sa.Column("used_at", _At),
    sa.Column("revoked_at", _At),
    sa.Index("ix_access_codes_participant", "school_id", "survey_id", "participant_id"),
)

pupil_sessions = sa.Table(
    "pupil_sessions",
    metadata,
    *_of_survey(),
    _key("session_id"),
    _kept("participant_id", sa.Uuid),
    sa.Column("token_hash", sa.LargeBinary, nullable=False, unique=True),
    _kept("write_only", sa.Boolean),
    _kept("started_at", _At),
    _kept("expires_at", _At),
    sa.Column("ended_at", _At),
    sa.Index("ix_pupil_sessions_participant", "school_id", "survey_id", "participant_id"),
)

survey_locks = sa.Table(
    "survey_locks",
    metadata,
    _key("school_id"),
    _key("survey_id"),
    _kept("locked_at", _At),
)

survey_tombstones = sa.Table(
    "survey_tombstones",
    metadata,
    _key("school_id"),
    _key("survey_id"),
    _kept("erased_at", _At),
    _kept("rows_removed", JSONB),
)

survey_shares = sa.Table(
    "survey_shares",
    metadata,
    _key("school_id"),
    _key("survey_id"),
    _key("staff_id"),
    _kept("level", sa.Text),
    _kept("shared_by", sa.Uuid),
    _kept("shared_at", _At),
    sa.Column("reason", sa.LargeBinary),
)

TENANT_TABLES = (
    *(staff_members, grants, groups, pupils, pupil_groups, prepared_imports),
    *(audit_entries, audit_heads, surveys, survey_groups, survey_readers, survey_shares),
    *(access_codes, pupil_sessions, survey_locks, survey_tombstones),
)

"""Tables of the reports database."""

import sqlalchemy as sa

from samspill_kit.db import CONVENTION

metadata = sa.MetaData(naming_convention=CONVENTION)

survey_locks = sa.Table(
    "survey_locks",
    metadata,
    sa.Column("school_id", sa.Uuid, primary_key=True),
    sa.Column("survey_id", sa.Uuid, primary_key=True),
    sa.Column("locked_at", sa.DateTime(timezone=True), nullable=False),
    # Set when the survey is erased: the lock becomes a tombstone and stays.
    sa.Column("erased_at", sa.DateTime(timezone=True)),
)

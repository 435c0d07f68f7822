"""Removes what is past its time and belongs to no survey, through the jobs role."""

import sqlalchemy as sa

from samspill_identity.storage.tables import prepared_imports, sign_in_attempts, staff_sessions
from samspill_kit.db import Database


class SqlStaleRows:
    """The policies of the jobs role say what is past; nothing else can be removed here."""

    def __init__(self, jobs: Database) -> None:
        self._jobs = jobs

    async def remove(self) -> None:
        """Remove ended sign-ins, old attempts and imports that nobody confirmed."""
        async with self._jobs.transaction() as session:
            for table in (staff_sessions, sign_in_attempts, prepared_imports):
                await session.execute(sa.delete(table))

"""Where a timer keeps what it last saw of the clock, through the jobs role (SPEC T7)."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from samspill_kit import metrics
from samspill_kit.clock import ClockGuard, ClockRecord
from samspill_kit.db.engine import Database
from samspill_kit.db.tables import clock_record_table

_RECORDS = clock_record_table(sa.MetaData())


class ClockRecords:
    """The clock record of one timer."""

    def __init__(self, database: Database, timer: str) -> None:
        self._database = database
        self._timer = timer

    async def may_run(self, guard: ClockGuard) -> bool:
        """Look at the clock and keep what was seen; False while the clock is not to be trusted.

        The metric tells the same.
        """
        async with self._database.transaction() as session:
            query = sa.select(_RECORDS.c.seen_at, _RECORDS.c.distrusted_at)
            found = (await session.execute(query.where(_RECORDS.c.timer == self._timer))).first()
            seen = guard.look(ClockRecord(*found) if found else None)
            values = {"seen_at": seen.seen_at, "distrusted_at": seen.distrusted_at}
            await session.execute(
                insert(_RECORDS)
                .values(timer=self._timer, **values)
                .on_conflict_do_update(index_elements=["timer"], set_=values)
            )
        metrics.CLOCK_TRUSTED.labels(self._timer).set(seen.is_trusted)
        return seen.is_trusted

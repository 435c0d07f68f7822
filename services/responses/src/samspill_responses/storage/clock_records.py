"""The last look at the clock, where a restart finds it (SPEC T7)."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from samspill_kit.clock import ClockRecord
from samspill_responses.storage.tables import clock_records
from samspill_responses.storage.unit_of_work import Scopes

_TIMER = "erasure"


@dataclass(frozen=True, slots=True)
class SqlClockRecords:
    """One row, shared by all replicas: the silence of one is not the silence of all."""

    scopes: Scopes

    async def read(self) -> ClockRecord | None:
        async with self.scopes.begin_as_job() as scope:
            found = await scope.session.execute(
                sa.select(clock_records.c.seen_at, clock_records.c.distrusted_at).where(
                    clock_records.c.timer == _TIMER
                )
            )
            row = found.one_or_none()
        return None if row is None else ClockRecord(row.seen_at, row.distrusted_at)

    async def write(self, record: ClockRecord) -> None:
        seen = {"seen_at": record.seen_at, "distrusted_at": record.distrusted_at}
        async with self.scopes.begin_as_job() as scope:
            await scope.session.execute(
                insert(clock_records)
                .values(timer=_TIMER, **seen)
                .on_conflict_do_update(index_elements=clock_records.primary_key, set_=seen)
            )
            await scope.commit()

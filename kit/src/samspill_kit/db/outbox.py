"""Facts in the database: written with the change, claimed by the relay, recorded once received."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from samspill_kit.clock import Clock
from samspill_kit.db.engine import Database
from samspill_kit.db.tables import dead_letters_table, inbox_table, outbox_table
from samspill_kit.facts import Fact
from samspill_kit.ids import EventId, SurveyId

PUBLISHED_ROWS_STAY_FOR: Final = timedelta(days=14)
"""As long as the streams remember (ARCHITECTURE.md section 3)."""

_METADATA = sa.MetaData()
_OUTBOX = outbox_table(_METADATA)
_INBOX = inbox_table(_METADATA)
_DEAD_LETTERS = dead_letters_table(_METADATA)


class Outbox:
    """Facts of one unit of work; stored when it commits, together with the change."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._facts: list[Fact] = []

    def add(self, fact: Fact) -> None:
        """Publish this fact if, and only if, the unit of work commits."""
        self._facts.append(fact)

    async def write(self) -> None:
        """Insert what was added; the unit of work calls it before it commits."""
        if self._facts:
            rows = [_row_of(fact) for fact in self._facts]
            self._facts.clear()
            await self._session.execute(sa.insert(_OUTBOX), rows)


def _row_of(fact: Fact) -> dict[str, object]:
    return {
        "event_id": fact.event_id.value,
        "subject": fact.subject,
        "payload": fact.payload,
        "headers": fact.headers,
        "survey_id": fact.survey_id.value if fact.survey_id else None,
        "created_at": fact.at,
    }


class Inbox:
    """Facts of other services, each taken in once."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def record(self, event_id: EventId, *, survey_id: SurveyId | None = None) -> bool:
        """Note the fact in this transaction; False when it was noted before.

        Waits for a transaction that is just noting the same fact.
        """
        found = await self._session.execute(
            insert(_INBOX)
            .values(
                event_id=event_id.value,
                survey_id=survey_id.value if survey_id else None,
                received_at=sa.func.now(),
            )
            .on_conflict_do_nothing()
            .returning(_INBOX.c.event_id)
        )
        return found.first() is not None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What an outbox holds back: how many facts, and for how long the oldest of them."""

    count: int
    longest: timedelta


class SqlOutbox:
    """What the relay needs of an outbox, through the jobs role."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @asynccontextmanager
    async def claim(self, limit: int) -> AsyncIterator["Batch"]:
        """Hold the oldest waiting facts; what was marked stays marked when the block ends.

        Other relays skip held rows. A crash inside releases them unmarked, thus published twice,
        which the stream and every inbox recognise by the event's id.
        """
        async with self._database.transaction() as session:
            found = await session.execute(
                sa.select(_OUTBOX)
                .where(_OUTBOX.c.published_at.is_(None))
                .order_by(_OUTBOX.c.created_at)
                .limit(limit)
                .with_for_update(skip_locked=True)
            )
            batch = Batch([_fact_of(row) for row in found])
            yield batch
            if batch.published:
                await session.execute(
                    sa.update(_OUTBOX)
                    .where(_OUTBOX.c.event_id.in_(batch.published))
                    .values(published_at=self._clock.now(), stream_epoch=batch.epoch)
                )

    async def republish_for(self, epoch: datetime, subject_prefix: str) -> int:
        """Let every fact of the last 14 days that this stream never got wait again."""
        async with self._database.transaction() as session:
            found = await session.execute(
                sa.update(_OUTBOX)
                .where(
                    _OUTBOX.c.published_at.is_not(None),
                    _OUTBOX.c.stream_epoch.is_distinct_from(epoch),
                    _OUTBOX.c.subject.startswith(subject_prefix, autoescape=True),
                )
                .values(published_at=None)
                .returning(_OUTBOX.c.event_id)
            )
            return len(found.all())

    async def waiting(self) -> Waiting:
        """How many facts are not published yet, and since when the oldest waits."""
        query = sa.select(sa.func.count(), sa.func.min(_OUTBOX.c.created_at)).where(
            _OUTBOX.c.published_at.is_(None)
        )
        async with self._database.transaction() as session:
            count, oldest = (await session.execute(query)).one()
        longest = self._clock.now() - oldest if oldest else timedelta(0)
        return Waiting(count, max(longest, timedelta(0)))

    async def forget_old(self) -> int:
        """Remove published facts and received ids older than 14 days; return how many facts."""
        before = self._clock.now() - PUBLISHED_ROWS_STAY_FOR
        async with self._database.transaction() as session:
            found = await session.execute(
                sa.delete(_OUTBOX)
                .where(_OUTBOX.c.published_at < before)
                .returning(_OUTBOX.c.event_id)
            )
            return len(found.all())


class Batch:
    """Claimed facts."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self.facts = facts
        self.published: list[object] = []
        self.epoch: datetime | None = None

    def mark_published(self, fact: Fact, *, epoch: datetime) -> None:
        """The stream that began at `epoch` has acknowledged the fact."""
        self.published.append(fact.event_id.value)
        self.epoch = epoch


def _fact_of(row: "sa.Row[tuple[object, ...]]") -> Fact:
    values = row._mapping
    return Fact(
        EventId(values["event_id"]),
        values["subject"],
        values["payload"],
        values["created_at"],
        SurveyId(values["survey_id"]) if values["survey_id"] else None,
    )


class SqlDeadLetters:
    """Where a consumer parks what it cannot take in, through the jobs role."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def park(self, consumer: str, fact: Fact, error: str) -> None:
        """Keep the fact with the code of its error; parking it again changes nothing."""
        async with self._database.transaction() as session:
            await session.execute(
                insert(_DEAD_LETTERS)
                .values(
                    consumer=consumer,
                    event_id=fact.event_id.value,
                    subject=fact.subject,
                    payload=fact.payload,
                    survey_id=fact.survey_id.value if fact.survey_id else None,
                    error=error,
                    parked_at=self._clock.now(),
                )
                .on_conflict_do_nothing()
            )

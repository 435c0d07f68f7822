"""The audit chain as rows that the app role can add and read, never change."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from samspill_identity.domain.audit import (
    GENESIS,
    AuditEntry,
    AuditFilter,
    AuditId,
    ChainHead,
    Deed,
)
from samspill_identity.storage.tables import audit_entries, audit_heads
from samspill_kit.ids import ParticipantId, SchoolId, StaffId, SurveyId
from samspill_kit.principal import Level


class SqlAuditChain:
    """The audit chain of one school, inside one transaction."""

    def __init__(self, session: AsyncSession, school_id: SchoolId) -> None:
        self._session = session
        self._school_id = school_id
        self.appended = 0
        """Entries of this transaction, lasting once it is committed."""

    async def append(self, deed: Deed) -> AuditEntry:
        # Counted first: an entry that cannot be inserted is missed as one that is rolled back.
        self.appended += 1
        entry = (await self.head()).append(deed)
        await self._session.execute(sa.insert(audit_entries).values(self._row_of(entry)))
        await self._session.execute(
            sa.update(audit_heads)
            .where(audit_heads.c.school_id == self._school_id.value)
            .values(sequence=entry.sequence, digest=entry.digest)
        )
        return entry

    async def newest(self, wanted: AuditFilter, limit: int) -> Sequence[AuditEntry]:
        query = self._select().where(*_conditions(wanted))
        found = await self._session.execute(
            query.order_by(audit_entries.c.sequence.desc()).limit(limit)
        )
        return [self._entry_of(row) for row in found]

    async def readings(
        self, places: Mapping[SurveyId, ParticipantId], purposes: Collection[str]
    ) -> Sequence[AuditEntry]:
        columns = audit_entries.c
        about = [
            (columns.survey_id == survey_id.value)
            & (
                (sa.func.cardinality(columns.participants) == 0)
                | columns.participants.any(one.value)
            )
            for survey_id, one in places.items()
        ]
        found = await self._session.execute(
            self._select()
            .where(
                columns.purpose.in_(sorted(purposes)),
                columns.level != Level.AGGREGATE.value,
                sa.or_(*about),
            )
            .order_by(columns.sequence.desc())
        )
        return [self._entry_of(row) for row in found]

    async def all(self) -> AsyncIterator[AuditEntry]:
        rows = await self._session.stream(self._select().order_by(audit_entries.c.sequence))
        async for row in rows:
            yield self._entry_of(row)

    async def head(self) -> ChainHead:
        """The end of the chain, held until the transaction ends: nobody appends meanwhile."""
        first = {"school_id": self._school_id.value, "sequence": 0, "digest": GENESIS}
        await self._session.execute(insert(audit_heads).values(first).on_conflict_do_nothing())
        found = await self._session.execute(
            sa.select(audit_heads)
            .where(audit_heads.c.school_id == self._school_id.value)
            .with_for_update()
        )
        row = found.one()
        return ChainHead(row.sequence, row.digest)

    def _select(self) -> "sa.Select[Any]":
        return sa.select(audit_entries).where(audit_entries.c.school_id == self._school_id.value)

    def _row_of(self, entry: AuditEntry) -> dict[str, object]:
        deed = entry.deed
        return {
            "school_id": self._school_id.value,
            "sequence": entry.sequence,
            "entry_id": deed.id.value,
            "at": deed.at,
            "staff_id": deed.staff_id.value,
            "purpose": deed.purpose,
            "survey_id": deed.survey_id.value if deed.survey_id else None,
            "level": deed.level.value if deed.level else None,
            "participants": [one.value for one in deed.participants],
            "subject_id": deed.subject_id.value if deed.subject_id else None,
            "previous": entry.previous,
            "digest": entry.digest,
        }

    def _entry_of(self, row: sa.Row[Any]) -> AuditEntry:
        deed = Deed(
            id=AuditId(row.entry_id),
            school_id=self._school_id,
            staff_id=StaffId(row.staff_id),
            purpose=row.purpose,
            at=row.at,
            survey_id=SurveyId(row.survey_id) if row.survey_id else None,
            level=Level(row.level) if row.level else None,
            participants=tuple(map(ParticipantId, row.participants)),
            subject_id=StaffId(row.subject_id) if row.subject_id else None,
        )
        return AuditEntry(row.sequence, deed, bytes(row.previous), bytes(row.digest))


def _conditions(wanted: AuditFilter) -> list[sa.ColumnElement[bool]]:
    columns = audit_entries.c
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.staff_id:
        conditions.append(columns.staff_id == wanted.staff_id.value)
    if wanted.survey_id:
        conditions.append(columns.survey_id == wanted.survey_id.value)
    if wanted.purposes:
        conditions.append(columns.purpose.in_(sorted(wanted.purposes)))
    if wanted.from_on:
        conditions.append(columns.at >= datetime.combine(wanted.from_on, time.min, UTC))
    if wanted.until_on:
        end = datetime.combine(wanted.until_on + timedelta(days=1), time.min, UTC)
        conditions.append(columns.at < end)
    if wanted.before:
        conditions.append(columns.sequence < wanted.before)
    return conditions

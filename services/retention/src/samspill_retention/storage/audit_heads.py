"""Heads of audit chains as rows that are added and never changed."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from samspill_kit.ids import SchoolId
from samspill_kit.principal import AuditHead
from samspill_retention.domain.audit_heads import KeptHead
from samspill_retention.storage.tables import audit_heads


class SqlAuditHeads:
    """The heads of one school, inside one transaction."""

    def __init__(self, session: AsyncSession, school_id: SchoolId) -> None:
        self._session = session
        self._school_id = school_id

    async def newest(self) -> KeptHead | None:
        found = await self._session.execute(
            sa.select(audit_heads)
            .where(audit_heads.c.school_id == self._school_id.value)
            .order_by(audit_heads.c.sequence.desc())
            .limit(1)
        )
        row = found.first()
        if row is None:
            return None
        head = AuditHead(self._school_id, row.sequence, bytes(row.digest))
        return KeptHead(head, row.signature, row.kept_at)

    async def add(self, kept: KeptHead) -> None:
        values = {
            "school_id": self._school_id.value,
            "sequence": kept.head.sequence,
            "digest": kept.head.digest,
            "signature": kept.signature,
            "kept_at": kept.kept_at,
        }
        await self._session.execute(insert(audit_heads).values(values).on_conflict_do_nothing())

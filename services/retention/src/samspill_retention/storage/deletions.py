"""Deletions as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from samspill_kit.ids import SchoolId, StaffId, SurveyId
from samspill_retention.domain.deletion import Deletion, DeletionReason, Receipt, ServiceErasure

from .tables import deletions


class SqlDeletions:
    """One row per survey: a deletion that was taken back is replaced by the next one."""

    def __init__(self, session: AsyncSession, school_id: SchoolId) -> None:
        self._session = session
        self._school_id = school_id

    async def find(self, survey_id: SurveyId, *, for_update: bool = False) -> Deletion | None:
        query = sa.select(deletions).where(self._here(), deletions.c.survey_id == survey_id.value)
        if for_update:
            query = query.with_for_update()
        row = (await self._session.execute(query)).mappings().one_or_none()
        return _deletion_of(row) if row else None

    async def newest(self, *, limit: int) -> Sequence[Deletion]:
        query = sa.select(deletions).where(self._here())
        query = query.order_by(deletions.c.asked_at.desc()).limit(limit)
        rows = (await self._session.execute(query)).mappings().all()
        return [_deletion_of(row) for row in rows]

    def _here(self) -> sa.ColumnElement[bool]:
        """The scope would do: but either barrier alone must hold."""
        return deletions.c.school_id == self._school_id.value

    async def save(self, deletion: Deletion) -> None:
        values = _row_of(deletion)
        changed = {k: v for k, v in values.items() if k not in ("school_id", "survey_id")}
        await self._session.execute(
            insert(deletions)
            .values(values)
            .on_conflict_do_update(index_elements=["school_id", "survey_id"], set_=changed)
        )


def _row_of(deletion: Deletion) -> dict[str, Any]:
    receipt = deletion.receipt
    return {
        "school_id": deletion.school_id.value,
        "survey_id": deletion.survey_id.value,
        "reason": deletion.reason.value,
        "asked_by": deletion.asked_by.value if deletion.asked_by else None,
        "asked_at": deletion.asked_at,
        "due_at": deletion.due_at,
        "at_once": deletion.at_once,
        "services": {name: _erasure_json(each) for name, each in deletion.services.items()},
        "key_destroyed_at": deletion.key_destroyed_at,
        "receipt_at": deletion.receipt_at,
        "receipt_json": receipt.json if receipt else None,
        "receipt_jws": receipt.jws if receipt else None,
        "key_gone_after": receipt.key_gone_after if receipt else None,
        "taken_back_at": deletion.taken_back_at,
        "is_finished": deletion.is_finished,
    }


def _deletion_of(row: sa.RowMapping) -> Deletion:
    receipt = None
    if row["receipt_jws"]:
        receipt = Receipt(row["receipt_json"], row["receipt_jws"], row["key_gone_after"])
    return Deletion(
        school_id=SchoolId(row["school_id"]),
        survey_id=SurveyId(row["survey_id"]),
        reason=DeletionReason(row["reason"]),
        asked_by=StaffId(row["asked_by"]) if row["asked_by"] else None,
        asked_at=row["asked_at"],
        due_at=row["due_at"],
        at_once=row["at_once"],
        services={name: _erasure_of(name, each) for name, each in row["services"].items()},
        key_destroyed_at=row["key_destroyed_at"],
        receipt_at=row["receipt_at"],
        receipt=receipt,
        taken_back_at=row["taken_back_at"],
    )


def _erasure_json(erasure: ServiceErasure) -> dict[str, object]:
    return {
        "locked_at": erasure.locked_at.isoformat() if erasure.locked_at else None,
        "erased_at": erasure.erased_at.isoformat() if erasure.erased_at else None,
        "rows": dict(erasure.rows),
    }


def _erasure_of(service: str, content: Mapping[str, Any]) -> ServiceErasure:
    return ServiceErasure(
        service,
        locked_at=_instant(content["locked_at"]),
        erased_at=_instant(content["erased_at"]),
        rows=content["rows"],
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

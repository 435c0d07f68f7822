"""One transaction of the retention service."""

from __future__ import annotations

from collections.abc import Callable

from samspill_kit.db import Database, UnitOfWork
from samspill_kit.facts import Fact
from samspill_kit.ids import EventId, SchoolId
from samspill_retention.domain.deletion import Deletion

from .audit_heads import SqlAuditHeads
from .deletions import SqlDeletions
from .lifetimes import SqlLifetimes

Encode = Callable[[Deletion], Fact]


class RetentionUnitOfWork(UnitOfWork):
    """Lifetimes and deletions of one school, with the facts about them."""

    lifetimes: SqlLifetimes
    deletions: SqlDeletions
    audit_heads: SqlAuditHeads

    def __init__(self, database: Database, school_id: SchoolId, *, encode: Encode) -> None:
        super().__init__(database, school_id)
        self._encode = encode

    def opened(self) -> None:
        self.lifetimes = SqlLifetimes(self.session, self.school_id)
        self.deletions = SqlDeletions(self.session, self.school_id)
        self.audit_heads = SqlAuditHeads(self.session, self.school_id)

    def tell_erased(self, deletion: Deletion) -> None:
        self.outbox.add(self._encode(deletion))

    async def record(self, event_id: str) -> bool:
        return await self.inbox.record(EventId.parse(event_id))

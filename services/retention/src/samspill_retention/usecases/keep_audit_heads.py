"""Keep copies of the heads of identity's audit chains (SPEC I8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_kit.clock import Clock
from samspill_kit.ids import SchoolId
from samspill_kit.logging import get_logger
from samspill_kit.principal import AuditHead
from samspill_retention.domain.audit_heads import KeptHead
from samspill_retention.domain.ports import Begin

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class KeepAuditHeads:
    """A head that goes back, or differs at the same place, is not kept, and is told at once."""

    begin: Begin
    clock: Clock

    async def __call__(self, signed: Sequence[tuple[AuditHead, str]]) -> Sequence[SchoolId]:
        """Returns the schools whose head contradicts the one kept."""
        return [
            head.school_id for head, signature in signed if not await self._keep(head, signature)
        ]

    async def _keep(self, head: AuditHead, signature: str) -> bool:
        async with self.begin(head.school_id) as work:
            newest = await work.audit_heads.newest()
            if newest and newest.contradicts(head):
                # On purpose an alarm: somebody changed a chain of which the end was known here.
                log.warning(
                    "An audit chain contradicts its copy",
                    school_id=head.school_id,
                    kept=newest.head.sequence,
                    told=head.sequence,
                )
                return False
            if newest is None or newest.head.sequence < head.sequence:
                await work.audit_heads.add(KeptHead(head, signature, self.clock.now()))
                await work.commit()
        return True

    async def newest(self, school_id: SchoolId) -> KeptHead | None:
        """The copy of a school's last known head."""
        async with self.begin(school_id) as work:
            return await work.audit_heads.newest()

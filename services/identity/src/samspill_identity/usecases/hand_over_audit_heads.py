"""Hand the heads of the audit chains to retention, a second keeper (SPEC I8)."""

from dataclasses import dataclass, field

from samspill_identity.domain.outside import HeadKeeper
from samspill_identity.domain.ports import Begin, Schools, Tokens
from samspill_kit.ids import SchoolId
from samspill_kit.logging import get_logger
from samspill_kit.principal import AuditHead

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class HandOverAuditHeads:
    """Those that have moved since this process last told them; telling one again is harmless."""

    begin: Begin
    schools: Schools
    tokens: Tokens
    keeper: HeadKeeper
    _told: dict[SchoolId, int] = field(default_factory=dict)

    async def __call__(self) -> int:
        """How many were handed over. Raises Unavailable; then they are told the next time."""
        moved = [head for head in await self._heads() if self._has_moved(head)]
        if not moved:
            return 0
        signed = [(head, self.tokens.audit_head(head)) for head in moved]
        contradicted = await self.keeper.keep(signed)
        for school_id in contradicted:
            # On purpose an alarm: the chain was changed after its end had been told.
            log.error("An audit chain contradicts its copy", school_id=school_id)
        self._told.update({head.school_id: head.sequence for head in moved})
        return len(moved)

    async def _heads(self) -> list[AuditHead]:
        heads = []
        for municipality in await self.schools.municipalities():
            for school in await self.schools.of_municipality(municipality.id):
                async with self.begin(school.id) as work:
                    head = await work.audit.head()
                heads.append(AuditHead(school.id, head.sequence, head.digest))
        return heads

    def _has_moved(self, head: AuditHead) -> bool:
        return head.sequence > 0 and self._told.get(head.school_id) != head.sequence

"""Show a leader the audit chain and whether it is whole."""

from dataclasses import dataclass

from samspill_identity.domain.audit import AuditView, is_unbroken
from samspill_identity.domain.grants import demand_leader
from samspill_identity.domain.ports import Begin
from samspill_kit.principal import StaffPrincipal


@dataclass(frozen=True, slots=True)
class ListAuditEntries:
    """For leaders alone; the whole chain is checked each time (SPEC I8)."""

    begin: Begin

    async def __call__(self, limit: int, *, by: StaffPrincipal) -> AuditView:
        demand_leader(by)
        async with self.begin(by.school_id) as work:
            # Held first: an entry that is appended meanwhile would look like a forged one.
            head = await work.audit.head()
            chain = [entry async for entry in work.audit.all()]
            newest = await work.audit.newest(limit)
            names = {one.staff_id: one.display_name for one in await work.colleagues.all()}
        return AuditView(newest, names, is_unbroken(chain, head))

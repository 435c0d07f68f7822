"""Tell a leader who works at the school and what each may do."""

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_identity.domain.grants import DatedGrant, demand_leader
from samspill_identity.domain.ports import Begin
from samspill_identity.domain.schools import Colleague
from samspill_identity.usecases.know_colleagues import KnowColleagues
from samspill_kit.clock import Clock
from samspill_kit.principal import StaffPrincipal


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A colleague with the grants that hold today."""

    colleague: Colleague
    grants: tuple[DatedGrant, ...]


@dataclass(frozen=True, slots=True)
class ListStaff:
    """For leaders alone (SPEC I2)."""

    begin: Begin
    know_colleagues: KnowColleagues
    clock: Clock

    async def __call__(self, *, by: StaffPrincipal) -> Sequence[StaffMember]:
        demand_leader(by)
        colleagues = await self.know_colleagues(by.school_id)
        async with self.begin(by.school_id) as work:
            granted = {one.staff_id: one.grants for one in await work.grants.of_everyone()}
        today = self.clock.now().date()
        return [
            StaffMember(
                one,
                tuple(each for each in granted.get(one.staff_id, ()) if each.counts_on(today)),
            )
            for one in colleagues
        ]

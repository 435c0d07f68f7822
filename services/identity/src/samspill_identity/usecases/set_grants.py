"""Let a leader decide what one member of staff may do."""

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_identity.domain.audit import AuditId, Deed
from samspill_identity.domain.errors import GroupUnknown, StaffNotFound
from samspill_identity.domain.grants import DatedGrant, GrantWish, demand_leader
from samspill_identity.domain.ports import Begin, Work
from samspill_identity.usecases.know_colleagues import KnowColleagues
from samspill_kit.clock import Clock
from samspill_kit.ids import IdFactory, StaffId
from samspill_kit.principal import StaffPrincipal


@dataclass(frozen=True, slots=True)
class SetGrants:
    """Replaces all that the person is granted at the school, and logs that it was done (SPEC I2).

    Leaders may grant themselves the right to read, which nobody has by default.
    """

    begin: Begin
    know_colleagues: KnowColleagues
    ids: IdFactory
    clock: Clock

    async def __call__(
        self, staff_id: StaffId, wishes: Sequence[GrantWish], *, by: StaffPrincipal
    ) -> None:
        demand_leader(by)
        now = self.clock.now()
        grants = list(dict.fromkeys(wish.on(now.date()) for wish in wishes))
        colleagues = await self.know_colleagues(by.school_id)
        if staff_id not in {one.staff_id for one in colleagues}:
            raise StaffNotFound
        async with self.begin(by.school_id) as work:
            await _demand_groups(work, grants)
            await work.grants.replace(staff_id, grants, by=by.staff_id, at=now)
            await work.audit.append(
                Deed(
                    id=self.ids.new(AuditId),
                    school_id=by.school_id,
                    staff_id=by.staff_id,
                    purpose="grants_changed",
                    at=now,
                    subject_id=staff_id,
                )
            )
            await work.commit()


async def _demand_groups(work: Work, grants: Sequence[DatedGrant]) -> None:
    named = {dated.grant.group_id for dated in grants if dated.grant.group_id}
    if named and not named <= {group.group_id for group in await work.roster.groups()}:
        raise GroupUnknown

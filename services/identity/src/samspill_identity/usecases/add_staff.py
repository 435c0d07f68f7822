"""Let a leader put somebody to work at the school, or take somebody out."""

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_identity.domain.grants import demand_leader
from samspill_identity.usecases.change_staff import ChangeStaff
from samspill_kit.ids import StaffId
from samspill_kit.principal import Role, StaffPrincipal

ROLES = (Role.LEADER, Role.TEACHER)


@dataclass(frozen=True, slots=True)
class AddStaff:
    """People whom Keycloak knows; accounts are its administrators' business (SPEC I3)."""

    change: ChangeStaff

    async def __call__(self, staff_id: StaffId, role: Role, *, by: StaffPrincipal) -> None:
        demand_leader(by)
        school = await self.change.school(by.school_id)
        await self.change.add(school, staff_id, role, by=by.staff_id, purpose="staff_added")


@dataclass(frozen=True, slots=True)
class RemoveStaff:
    """The person's rights at this school end within a minute; the last leader stays."""

    change: ChangeStaff

    async def __call__(
        self, staff_id: StaffId, roles: Sequence[Role], *, by: StaffPrincipal
    ) -> None:
        demand_leader(by)
        school = await self.change.school(by.school_id)
        await self.change.remove(
            school, staff_id, roles or ROLES, by=by.staff_id, purpose="staff_removed"
        )

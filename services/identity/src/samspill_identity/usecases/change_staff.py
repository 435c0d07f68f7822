"""Put people to work at a school, or take them out, in Keycloak's groups (SPEC I3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_identity.domain.audit import AuditId, Deed
from samspill_identity.domain.errors import LastLeader, SchoolNotFound, StaffNotFound
from samspill_identity.domain.ports import Begin, Schools, StaffDirectory
from samspill_identity.domain.schools import Colleague, School
from samspill_identity.usecases.know_colleagues import KnowColleagues
from samspill_kit.clock import Clock
from samspill_kit.ids import IdFactory, SchoolId, StaffId
from samspill_kit.principal import Role


@dataclass(frozen=True, slots=True)
class ChangeStaff:
    """What a leader and a municipality's administrator have in common; they are checked before.

    The audit entry is committed first: Keycloak may fail afterwards, and an entry about something
    that then did not happen does less harm than a change that nobody wrote down.
    """

    begin: Begin
    schools: Schools
    directory: StaffDirectory
    know_colleagues: KnowColleagues
    ids: IdFactory
    clock: Clock

    async def add(
        self, school: School, staff_id: StaffId, role: Role, *, by: StaffId, purpose: str
    ) -> None:
        """Repeating it is harmless. Raises PersonUnknown, SchoolGroupsMissing,
        IdentityProviderDown.
        """
        await self._write_down(school.id, staff_id, by, purpose)
        await self.directory.add(school, staff_id, role)
        await self._know_anew(school)

    async def remove(
        self,
        school: School,
        staff_id: StaffId,
        roles: Sequence[Role],
        *,
        by: StaffId,
        purpose: str,
    ) -> None:
        """Raises StaffNotFound, LastLeader, SchoolGroupsMissing, IdentityProviderDown.

        Two leaders who take each other out at the same time would both succeed; so whoever finds
        no leader afterwards puts back the one that was taken out.
        """
        colleagues = {one.staff_id: one for one in await self._know_anew(school)}
        leaving = colleagues.get(staff_id)
        if leaving is None:
            raise StaffNotFound
        if Role.LEADER in roles and leaving.is_leader:
            demand_another_leader(list(colleagues.values()), than=staff_id)
        await self._write_down(school.id, staff_id, by, purpose)
        for role in roles:
            if role in leaving.roles:
                await self.directory.remove(school, staff_id, role)
        left = await self._know_anew(school)
        if Role.LEADER in roles and leaving.is_leader and not any(one.is_leader for one in left):
            await self.directory.add(school, staff_id, Role.LEADER)
            await self._know_anew(school)
            raise LastLeader
        if staff_id not in {one.staff_id for one in left}:
            await self._forget_rights(school.id, staff_id, by)

    async def school(self, school_id: SchoolId) -> School:
        """An open school. Raises SchoolNotFound."""
        for school in await self.schools.all():
            if school.id == school_id:
                return school
        raise SchoolNotFound

    async def _know_anew(self, school: School) -> Sequence[Colleague]:
        self.directory.forget(school.id)
        return await self.know_colleagues(school.id)

    async def _forget_rights(self, school_id: SchoolId, staff_id: StaffId, by: StaffId) -> None:
        """Somebody who comes back begins with nothing."""
        async with self.begin(school_id) as work:
            await work.grants.replace(staff_id, (), by=by, at=self.clock.now())
            await work.shares.end_of_staff(staff_id)
            await work.commit()

    async def _write_down(
        self, school_id: SchoolId, staff_id: StaffId, by: StaffId, purpose: str
    ) -> None:
        async with self.begin(school_id) as work:
            await work.audit.append(
                Deed(
                    id=self.ids.new(AuditId),
                    school_id=school_id,
                    staff_id=by,
                    purpose=purpose,
                    at=self.clock.now(),
                    subject_id=staff_id,
                )
            )
            await work.commit()


def demand_another_leader(colleagues: Sequence[Colleague], *, than: StaffId) -> None:
    """Raises LastLeader when nobody else leads the school."""
    if not any(one.is_leader for one in colleagues if one.staff_id != than):
        raise LastLeader

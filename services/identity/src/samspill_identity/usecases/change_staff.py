"""Put people to work at a school, or take them out, in Keycloak's groups (SPEC I3)."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from samspill_identity.domain.audit import AuditId, Deed
from samspill_identity.domain.errors import (
    IdentityProviderDown,
    LastLeader,
    SchoolNotFound,
    StaffNotFound,
)
from samspill_identity.domain.outside import StaffDirectory
from samspill_identity.domain.ports import Begin, Schools
from samspill_identity.domain.schools import Colleague, School
from samspill_identity.usecases.know_colleagues import KnowColleagues
from samspill_kit.clock import Clock
from samspill_kit.ids import IdFactory, SchoolId, StaffId
from samspill_kit.principal import Role

WAITS: Final = 4
"""How often an answer that is on its way is waited for; each wait is as long as a page's."""


@dataclass(frozen=True, slots=True)
class ChangeStaff:
    """What a leader and a municipality's administrator have in common; they are checked before.

    The audit entry is committed first: Keycloak may fail afterwards, and an entry about something
    that then did not happen does less harm than a change that nobody wrote down. What somebody who
    leaves was granted goes in the same transaction, so no failure leaves rights behind.
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

        Who does not work here now begins with nothing, also who did once and was taken out in
        Keycloak's own console.
        """
        present = {one.staff_id for one in await self._told_anew(school)}
        is_new = staff_id not in present
        await self._write_down(school.id, staff_id, by, purpose, forget=is_new)
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
        no leader afterwards puts back the one that was taken out, and writes that down too.
        """
        colleagues = await self._told_anew(school)
        leaving = next((one for one in colleagues if one.staff_id == staff_id), None)
        if leaving is None:
            raise StaffNotFound
        ends_leading = Role.LEADER in roles and leaving.is_leader
        if ends_leading:
            demand_another_leader(colleagues, than=staff_id)
        await self._write_down(
            school.id, staff_id, by, purpose, forget=leaving.roles.issubset(roles)
        )
        for role in sorted(leaving.roles.intersection(roles), key=lambda one: one.value):
            await self.directory.remove(school, staff_id, role)
        if ends_leading and not any(one.is_leader for one in await self._told_anew(school)):
            await self._write_down(school.id, staff_id, by, "staff_added")
            await self.directory.add(school, staff_id, Role.LEADER)
            await self._know_anew(school)
            raise LastLeader
        await self._know_anew(school)

    async def school(self, school_id: SchoolId) -> School:
        """An open school. Raises SchoolNotFound."""
        for school in await self.schools.all():
            if school.id == school_id:
                return school
        raise SchoolNotFound

    async def _told_anew(self, school: School) -> Sequence[Colleague]:
        """From Keycloak itself: what is remembered decides nothing here, so a slow answer is waited for."""
        self.directory.forget(school.id)
        for _ in range(WAITS - 1):
            with suppress(IdentityProviderDown):
                return await self.directory.of_school(school)
        return await self.directory.of_school(school)

    async def _know_anew(self, school: School) -> None:
        self.directory.forget(school.id)
        if school.is_open:
            await self.know_colleagues(school.id)

    async def _write_down(
        self,
        school_id: SchoolId,
        staff_id: StaffId,
        by: StaffId,
        purpose: str,
        *,
        forget: bool = False,
    ) -> None:
        now = self.clock.now()
        async with self.begin(school_id) as work:
            await work.audit.append(
                Deed(
                    id=self.ids.new(AuditId),
                    school_id=school_id,
                    staff_id=by,
                    purpose=purpose,
                    at=now,
                    subject_id=staff_id,
                )
            )
            if forget:
                await work.grants.replace(staff_id, (), by=by, at=now)
                await work.shares.end_of_staff(staff_id)
            await work.commit()


def demand_another_leader(colleagues: Sequence[Colleague], *, than: StaffId) -> None:
    """Raises LastLeader when nobody else leads the school."""
    if not any(one.is_leader for one in colleagues if one.staff_id != than):
        raise LastLeader

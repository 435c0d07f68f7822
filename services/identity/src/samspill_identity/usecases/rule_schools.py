"""What a municipality does with its schools; never a pupil, an answer or a grant."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from samspill_identity.domain.audit import AuditId, Deed
from samspill_identity.domain.ceilings import Ceilings
from samspill_identity.domain.errors import (
    IdentityProviderDown,
    OrganisationNumberWrong,
    SchoolHasOpenSurveys,
    SchoolNotFound,
)
from samspill_identity.domain.outside import OrganisationNumbers, StaffDirectory
from samspill_identity.domain.ports import Begin, Schools
from samspill_identity.domain.schools import Colleague, Municipality, School, school_id_of
from samspill_identity.usecases.change_staff import ChangeStaff
from samspill_kit.clock import Clock
from samspill_kit.ids import IdFactory, SchoolId, StaffId
from samspill_kit.principal import MunicipalityPrincipal, Role

PATIENCE: Final = 1.5
"""Seconds for all of Keycloak's answers together; the gateway waits four for the page."""


@dataclass(frozen=True, slots=True)
class MunicipalityView:
    """The municipality with its schools, their leaders as last told by Keycloak, and ceilings."""

    municipality: Municipality
    schools: Sequence[School]
    leaders: Mapping[SchoolId, Sequence[Colleague]]
    lacking_groups: frozenset[SchoolId]
    """Open schools without leaders of which Keycloak has no groups; others are not asked for."""

    ceilings: Ceilings


@dataclass(frozen=True, slots=True)
class RuleSchools:
    """Each takes the administrator whose municipality it is about; another municipality's school
    is not found, like one that does not exist (SPEC I4).
    """

    schools: Schools
    begin: Begin
    numbers: OrganisationNumbers
    directory: StaffDirectory
    change: ChangeStaff
    ids: IdFactory
    clock: Clock

    async def show(self, *, by: MunicipalityPrincipal) -> MunicipalityView:
        """Everything that the municipality's page shows."""
        everyone = await self.schools.municipalities()
        own = await self.schools.of_municipality(by.municipality_id)
        known = await self.schools.leaders_of(own)
        leaderless = [one for one in own if one.is_open and not known[one.id]]
        told, lacking_groups = await self._ask_about(leaderless)
        return MunicipalityView(
            next(one for one in everyone if one.id == by.municipality_id),
            own,
            {**known, **told},
            lacking_groups,
            await self.schools.ceilings(by.municipality_id),
        )

    async def open(self, orgnr: str, name: str, *, by: MunicipalityPrincipal) -> School:
        """Open a school, new or closed. Raises OrganisationNumberWrong, also for a school of
        another municipality.
        """
        if not self.numbers.is_valid(orgnr):
            raise OrganisationNumberWrong
        school = School(school_id_of(orgnr), by.municipality_id, orgnr, name.strip())
        await self.schools.set_open(school)
        await self._write_down(school.id, by, "school_opened")
        return school

    async def close(self, school_id: SchoolId, *, by: MunicipalityPrincipal) -> None:
        """Close a school. Raises SchoolNotFound, SchoolHasOpenSurveys."""
        school = await self._own(school_id, by)
        async with self.begin(school.id) as work:
            if await work.surveys.has_open(now=self.clock.now()):
                raise SchoolHasOpenSurveys
        await self._write_down(school.id, by, "school_closed")
        await self.schools.set_open(replace(school, is_open=False))

    async def name_leader(
        self, school_id: SchoolId, staff_id: StaffId, *, by: MunicipalityPrincipal
    ) -> None:
        """Raises SchoolNotFound, PersonUnknown, SchoolGroupsMissing, IdentityProviderDown."""
        school = await self._own_open(school_id, by)
        await self.change.add(school, staff_id, Role.LEADER, by=by.staff_id, purpose="leader_named")

    async def dismiss_leader(
        self, school_id: SchoolId, staff_id: StaffId, *, by: MunicipalityPrincipal
    ) -> None:
        """Raises SchoolNotFound, StaffNotFound, LastLeader, IdentityProviderDown."""
        school = await self._own_open(school_id, by)
        await self.change.remove(
            school, staff_id, (Role.LEADER,), by=by.staff_id, purpose="leader_dismissed"
        )

    async def set_ceilings(self, ceilings: Ceilings, *, by: MunicipalityPrincipal) -> None:
        """Replace the ceilings; they count for what is made from now on."""
        await self.schools.set_ceilings(by.municipality_id, ceilings.checked())

    async def _ask_about(
        self, leaderless: Sequence[School]
    ) -> tuple[Mapping[SchoolId, Sequence[Colleague]], frozenset[SchoolId]]:
        """The leaders of schools that nobody has entered yet, and which schools lack groups: of as
        many as Keycloak tells about in time, since the page waits no longer.
        """
        told, lacking = {}, set()
        with suppress(TimeoutError, IdentityProviderDown):
            async with asyncio.timeout(PATIENCE):
                for school in leaderless:
                    everyone = await self.change.know_colleagues(school.id)
                    told[school.id] = [one for one in everyone if one.is_leader]
                    if not told[school.id] and not await self.directory.has_groups(school):
                        lacking.add(school.id)
        return told, frozenset(lacking)

    async def _own(self, school_id: SchoolId, by: MunicipalityPrincipal) -> School:
        for school in await self.schools.of_municipality(by.municipality_id):
            if school.id == school_id:
                return school
        raise SchoolNotFound

    async def _own_open(self, school_id: SchoolId, by: MunicipalityPrincipal) -> School:
        """Nobody leads a school that is closed."""
        school = await self._own(school_id, by)
        if not school.is_open:
            raise SchoolNotFound
        return school

    async def _write_down(
        self, school_id: SchoolId, by: MunicipalityPrincipal, purpose: str
    ) -> None:
        async with self.begin(school_id) as work:
            await work.audit.append(
                Deed(
                    id=self.ids.new(AuditId),
                    school_id=school_id,
                    staff_id=by.staff_id,
                    purpose=purpose,
                    at=self.clock.now(),
                )
            )
            await work.commit()

"""Find out who works at a school, from Keycloak or, while it is down, as last told."""

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_identity.domain.errors import IdentityProviderDown, SchoolNotFound
from samspill_identity.domain.outside import StaffDirectory
from samspill_identity.domain.ports import Begin, Schools
from samspill_identity.domain.schools import Colleague, School
from samspill_kit.clock import Clock
from samspill_kit.ids import SchoolId
from samspill_kit.logging import get_logger

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class KnowColleagues:
    """What Keycloak tells is remembered, so that opening a survey never waits for it (SPEC R3)."""

    begin: Begin
    schools: Schools
    directory: StaffDirectory
    clock: Clock

    async def __call__(self, school_id: SchoolId) -> Sequence[Colleague]:
        school = await self._school(school_id)
        try:
            told = await self.directory.of_school(school)
        except IdentityProviderDown:
            log.warning("Keycloak does not answer; known staff are used", school_id=school_id)
            async with self.begin(school_id) as work:
                return await work.colleagues.all()
        async with self.begin(school_id) as work:
            await work.colleagues.replace(told, at=self.clock.now())
            everyone = await work.colleagues.all()
            await work.commit()
        return everyone

    async def _school(self, school_id: SchoolId) -> School:
        for school in await self.schools.all():
            if school.id == school_id:
                return school
        raise SchoolNotFound

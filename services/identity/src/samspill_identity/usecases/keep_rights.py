"""Turn what Keycloak says of a person into rights at schools that are open here."""

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_identity.domain.errors import StaffWithoutSchool
from samspill_identity.domain.ports import Begin, Schools
from samspill_identity.domain.schools import Colleague, Places, School, administers, roles_at
from samspill_identity.domain.sessions import Person
from samspill_kit.clock import Clock


@dataclass(frozen=True, slots=True)
class KeepRights:
    """Shared by sign-in and refresh, so that both mean the same."""

    begin: Begin
    schools: Schools
    clock: Clock

    async def places_of(self, person: Person) -> Places:
        """Where the person may work, by name. Raises StaffWithoutSchool when it is nowhere."""
        schools = tuple(
            one for one in await self.schools.all() if roles_at(one, person.memberships)
        )
        municipalities = tuple(
            one
            for one in await self.schools.municipalities()
            if administers(one, person.memberships)
        )
        if not schools and not municipalities:
            raise StaffWithoutSchool(who_can="municipality")
        return Places(schools, municipalities)

    async def note(self, person: Person, schools: Sequence[School]) -> None:
        """Remember the person's roles at these schools for when Keycloak does not answer."""
        for school in schools:
            roles = roles_at(school, person.memberships)
            async with self.begin(school.id) as work:
                await work.colleagues.note(
                    Colleague(person.staff_id, person.display_name, roles), at=self.clock.now()
                )
                await work.commit()

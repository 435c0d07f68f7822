"""Turn what Keycloak says of a person into rights at schools that are open here."""

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_identity.domain.errors import StaffWithoutSchool
from samspill_identity.domain.ports import Begin, Schools
from samspill_identity.domain.schools import Colleague, School, roles_at
from samspill_identity.domain.sessions import Person
from samspill_kit.clock import Clock


@dataclass(frozen=True, slots=True)
class KeepRights:
    """Shared by sign-in and refresh, so that both mean the same."""

    begin: Begin
    schools: Schools
    clock: Clock

    async def schools_of(self, person: Person) -> Sequence[School]:
        """The person's open schools, by name. Raises StaffWithoutSchool when there is none."""
        everyone = await self.schools.all()
        own = [school for school in everyone if roles_at(school, person.memberships)]
        if not own:
            raise StaffWithoutSchool(who_can="municipality")
        return own

    async def note(self, person: Person, schools: Sequence[School]) -> None:
        """Remember the person's roles at these schools for when Keycloak does not answer."""
        for school in schools:
            roles = roles_at(school, person.memberships)
            async with self.begin(school.id) as work:
                await work.colleagues.note(
                    Colleague(person.staff_id, person.display_name, roles), at=self.clock.now()
                )
                await work.commit()

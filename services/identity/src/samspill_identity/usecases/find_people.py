"""Find people whom Keycloak knows, for those who put people to work."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from samspill_identity.domain.grants import demand_leader
from samspill_identity.domain.outside import StaffDirectory
from samspill_identity.domain.schools import KnownPerson
from samspill_identity.usecases.know_colleagues import KnowColleagues
from samspill_kit.ids import StaffId
from samspill_kit.principal import MunicipalityPrincipal, Role, StaffPrincipal

MOST: Final = 20

FEWEST_LETTERS: Final = 3
"""Keycloak's own signs for "anything" are not among them: nobody leafs through all people."""


@dataclass(frozen=True, slots=True)
class FoundPeople:
    """At most twenty, and whether there are more."""

    people: Sequence[KnownPerson]
    roles: dict[StaffId, frozenset[Role]]
    """Of those who work at the asking leader's school already."""

    has_more: bool


@dataclass(frozen=True, slots=True)
class FindPeople:
    """Leaders, and a municipality's administrators (SPEC I3)."""

    directory: StaffDirectory
    know_colleagues: KnowColleagues

    async def __call__(
        self, query: str, *, by: StaffPrincipal | MunicipalityPrincipal
    ) -> FoundPeople:
        if isinstance(by, StaffPrincipal):
            demand_leader(by)
        letters = query.replace("*", "").replace('"', "").strip()
        if len(letters) < FEWEST_LETTERS:
            return FoundPeople((), {}, has_more=False)
        found = await self.directory.find(letters, limit=MOST + 1)
        roles: dict[StaffId, frozenset[Role]] = {}
        if isinstance(by, StaffPrincipal):
            roles = {one.staff_id: one.roles for one in await self.know_colleagues(by.school_id)}
        return FoundPeople(found[:MOST], roles, len(found) > MOST)

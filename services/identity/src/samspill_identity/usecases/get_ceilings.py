"""Tell a school what its municipality lets it do."""

from dataclasses import dataclass

from samspill_identity.domain.ceilings import Ceilings
from samspill_identity.domain.ports import Schools
from samspill_kit.principal import StaffPrincipal


@dataclass(frozen=True, slots=True)
class GetCeilings:
    """For everybody who works at the school."""

    schools: Schools

    async def __call__(self, *, by: StaffPrincipal) -> Ceilings:
        return await self.schools.ceilings(by.municipality_id)

"""List the groups of a school."""

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_identity.domain.ports import Begin
from samspill_identity.domain.roster import Group
from samspill_kit.norwegian import sort_key
from samspill_kit.principal import StaffPrincipal


@dataclass(frozen=True, slots=True)
class ListGroups:
    """Every group of the active school, in Norwegian order."""

    begin: Begin

    async def __call__(self, *, by: StaffPrincipal) -> Sequence[Group]:
        async with self.begin(by.school_id) as work:
            groups = await work.roster.groups()
        return sorted(groups, key=lambda group: sort_key(group.name))

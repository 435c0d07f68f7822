"""List the pupils of groups."""

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_identity.domain.errors import GroupUnknown
from samspill_identity.domain.outside import RosterSeal, RosterSeals
from samspill_identity.domain.ports import Begin
from samspill_identity.domain.roster import Pupil, SealedPupil
from samspill_kit.ids import GroupId
from samspill_kit.norwegian import sort_key
from samspill_kit.principal import StaffPrincipal


@dataclass(frozen=True, slots=True)
class ListPupils:
    """Names of the roster need a staff passport alone (ARCHITECTURE.md section 2)."""

    begin: Begin
    seals: RosterSeals

    async def __call__(
        self, group_ids: Sequence[GroupId], *, by: StaffPrincipal
    ) -> Sequence[Pupil]:
        seal = await self.seals.of(by.school_id)
        async with self.begin(by.school_id) as work:
            known = {group.group_id for group in await work.roster.groups()}
            if not set(group_ids) <= known:
                raise GroupUnknown
            sealed = await work.roster.pupils(group_ids)
        pupils = [opened(one, seal) for one in sealed]
        return sorted(pupils, key=lambda pupil: sort_key(pupil.card.name))


def opened(sealed: SealedPupil, seal: RosterSeal) -> Pupil:
    """The pupil with the card opened."""
    card = seal.open_card(sealed.pupil_id, sealed.card)
    return Pupil(sealed.pupil_id, card, sealed.group_ids)

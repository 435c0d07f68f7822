"""Import a prepared class list, whole or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from samspill_identity.domain.errors import ImportNotFound
from samspill_identity.domain.outside import RosterSeal, RosterSeals
from samspill_identity.domain.ports import Begin, Work
from samspill_identity.domain.roster import (
    Arrival,
    Card,
    Decision,
    Group,
    ImportId,
    Pupil,
    SealedPupil,
    group_key,
    meet,
    settle,
)
from samspill_identity.usecases.list_pupils import opened
from samspill_identity.usecases.prepare_import import demand_roster
from samspill_kit.clock import Clock
from samspill_kit.ids import GroupId, IdFactory, PupilId
from samspill_kit.principal import StaffPrincipal


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did."""

    new_pupils: int
    known_pupils: int
    new_groups: int


@dataclass(frozen=True, slots=True)
class ConfirmImport:
    """One transaction: every row or none (SPEC I5). Known pupils join groups and leave none."""

    begin: Begin
    seals: RosterSeals
    ids: IdFactory
    clock: Clock

    async def __call__(
        self, import_id: ImportId, decisions: Sequence[Decision], *, by: StaffPrincipal
    ) -> ImportResult:
        demand_roster(by)
        seal = await self.seals.of(by.school_id)
        async with self.begin(by.school_id) as work:
            await work.roster.hold()
            prepared = await work.roster.take_import(import_id, at=self.clock.now())
            if prepared.staff_id != by.staff_id:
                raise ImportNotFound
            listed = seal.open_list(import_id, prepared.sealed)
            roster = [opened(one, seal) for one in await work.roster.pupils()]
            arrivals = settle(meet(listed, roster), decisions)
            result = await self._take_in(work, arrivals, seal)
            await work.commit()
        return result

    async def _take_in(
        self, work: Work, arrivals: Sequence[Arrival], seal: RosterSeal
    ) -> ImportResult:
        before = await work.roster.groups()
        groups = {group_key(group.name): group.group_id for group in before}
        created = self._missing_groups(arrivals, groups)
        groups |= {group_key(group.name): group.group_id for group in created}
        await work.roster.add_groups(created)
        newcomers = [self._newcomer(one, groups, seal) for one in arrivals if one.known is None]
        await work.roster.add_pupils(newcomers)
        known = _joined(arrivals, groups)
        for pupil in known:
            card = seal.seal_card(pupil.pupil_id, pupil.card)
            await work.roster.change_pupil(SealedPupil(pupil.pupil_id, card, pupil.group_ids))
        return ImportResult(len(newcomers), len(known), len(created))

    def _missing_groups(
        self, arrivals: Sequence[Arrival], groups: Mapping[str, GroupId]
    ) -> list[Group]:
        names: dict[str, str] = {}
        for one in arrivals:
            names.setdefault(group_key(one.listed.group_name), one.listed.group_name)
        return [
            Group(self.ids.new(GroupId), name) for key, name in names.items() if key not in groups
        ]

    def _newcomer(
        self, arrival: Arrival, groups: Mapping[str, GroupId], seal: RosterSeal
    ) -> SealedPupil:
        pupil_id = self.ids.new(PupilId)
        group_id = groups[group_key(arrival.listed.group_name)]
        return SealedPupil(pupil_id, seal.seal_card(pupil_id, arrival.listed.card), (group_id,))


def _joined(arrivals: Sequence[Arrival], groups: Mapping[str, GroupId]) -> list[Pupil]:
    """The known pupils, each once, with the groups of all their rows and a gender if one is told."""
    changed: dict[PupilId, Pupil] = {}
    for one in arrivals:
        if one.known is None:
            continue
        pupil = changed.get(one.known.pupil_id, one.known)
        group_id = groups[group_key(one.listed.group_name)]
        changed[pupil.pupil_id] = replace(
            pupil,
            card=Card(pupil.card.name, one.listed.card.gender or pupil.card.gender),
            group_ids=tuple(dict.fromkeys((*pupil.group_ids, group_id))),
        )
    return list(changed.values())

"""Read a class list and show what importing it would do."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from samspill_identity.domain.class_list import read_class_list
from samspill_identity.domain.errors import MayNotManageRoster
from samspill_identity.domain.outside import RosterSeal, RosterSeals, Sheets
from samspill_identity.domain.ports import Begin, Work
from samspill_identity.domain.roster import (
    IMPORT_KEPT_FOR,
    BadRow,
    ClassList,
    Group,
    ImportId,
    Match,
    Meeting,
    PreparedImport,
    group_key,
    meet,
)
from samspill_identity.usecases.list_pupils import opened
from samspill_kit.clock import Clock
from samspill_kit.ids import GroupId, IdFactory
from samspill_kit.policy import Deed, demand
from samspill_kit.principal import StaffPrincipal


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What an import would do; without an id there is nothing to confirm."""

    import_id: ImportId | None
    meetings: Sequence[Meeting]
    group_names: dict[GroupId, str]
    new_groups: Sequence[str]
    dropped_columns: Sequence[str]
    bad_rows: Sequence[BadRow]

    def count(self, match: Match) -> int:
        """How many rows are of this kind."""
        return sum(meeting.match is match for meeting in self.meetings)


@dataclass(frozen=True, slots=True)
class PrepareImport:
    """Nothing is imported while one row is bad; the list is kept sealed for 30 minutes (SPEC I5)."""

    begin: Begin
    seals: RosterSeals
    sheets: Sheets
    ids: IdFactory
    clock: Clock

    async def __call__(
        self, content: bytes, file_name: str, *, by: StaffPrincipal
    ) -> ImportPreview:
        demand_roster(by)
        # Off the loop: thousands of rows take long enough for others to notice.
        class_list = await asyncio.to_thread(self._read, content, file_name)
        seal = await self.seals.of(by.school_id)
        async with self.begin(by.school_id) as work:
            groups = await work.roster.groups()
            roster = [opened(one, seal) for one in await work.roster.pupils()]
            import_id = await self._keep(work, class_list, seal, by)
            await work.commit()
        return ImportPreview(
            import_id=import_id,
            meetings=meet(class_list.pupils, roster),
            group_names={group.group_id: group.name for group in groups},
            new_groups=new_group_names(class_list, groups),
            dropped_columns=class_list.dropped_columns,
            bad_rows=class_list.bad_rows,
        )

    def _read(self, content: bytes, file_name: str) -> ClassList:
        return read_class_list(self.sheets.read(content, file_name))

    async def _keep(
        self, work: Work, class_list: ClassList, seal: RosterSeal, by: StaffPrincipal
    ) -> ImportId | None:
        if class_list.bad_rows:
            return None
        import_id = self.ids.new(ImportId)
        await work.roster.keep_import(
            PreparedImport(
                import_id=import_id,
                staff_id=by.staff_id,
                sealed=seal.seal_list(import_id, class_list.pupils),
                expires_at=self.clock.now() + IMPORT_KEPT_FOR,
            )
        )
        return import_id


def demand_roster(principal: StaffPrincipal) -> None:
    """Raises MayNotManageRoster for whom the leader has not granted the whole roster."""
    demand(Deed.MANAGE_ROSTER, principal, otherwise=MayNotManageRoster)


def new_group_names(class_list: ClassList, groups: Sequence[Group]) -> Sequence[str]:
    """The groups of the list that the school does not have, as first written."""
    known = {group_key(group.name) for group in groups}
    names: dict[str, str] = {}
    for pupil in class_list.pupils:
        names.setdefault(group_key(pupil.group_name), pupil.group_name)
    return [name for key, name in names.items() if key not in known]

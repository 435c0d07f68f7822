"""The roster as rows; names and genders are ciphertext."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from samspill_identity.domain.errors import ImportNotFound
from samspill_identity.domain.roster import (
    Group,
    ImportId,
    PreparedImport,
    SealedPupil,
    group_key,
)
from samspill_identity.storage.tables import groups, prepared_imports, pupil_groups, pupils
from samspill_kit.ids import GroupId, PupilId, SchoolId, StaffId


class SqlRoster:
    """The pupils and groups of one school, inside one transaction."""

    def __init__(self, session: AsyncSession, school_id: SchoolId) -> None:
        self._session = session
        self._school_id = school_id

    async def hold(self) -> None:
        await self._session.execute(
            sa.text("select pg_advisory_xact_lock(hashtextextended(:what, 0))"),
            {"what": f"roster {self._school_id}"},
        )

    async def groups(self) -> Sequence[Group]:
        found = await self._session.execute(
            sa.select(groups.c.group_id, groups.c.name, sa.func.count(pupil_groups.c.pupil_id))
            .outerjoin(
                pupil_groups,
                (pupil_groups.c.school_id == groups.c.school_id)
                & (pupil_groups.c.group_id == groups.c.group_id),
            )
            .where(groups.c.school_id == self._school_id.value)
            .group_by(groups.c.group_id, groups.c.name)
        )
        return [Group(GroupId(group_id), name, count) for group_id, name, count in found]

    async def pupils(self, group_ids: Sequence[GroupId] | None = None) -> Sequence[SealedPupil]:
        belongs = (pupil_groups.c.school_id == pupils.c.school_id) & (
            pupil_groups.c.pupil_id == pupils.c.pupil_id
        )
        query = (
            sa.select(
                pupils.c.pupil_id,
                pupils.c.card,
                sa.func.array_agg(pupil_groups.c.group_id).label("group_ids"),
            )
            .outerjoin(pupil_groups, belongs)
            .where(pupils.c.school_id == self._school_id.value)
            .group_by(pupils.c.school_id, pupils.c.pupil_id, pupils.c.card)
        )
        if group_ids is not None:
            wanted = [group_id.value for group_id in group_ids]
            query = query.having(sa.func.bool_or(pupil_groups.c.group_id.in_(wanted)))
        return [_pupil_of(row) for row in await self._session.execute(query)]

    async def add_groups(self, new: Sequence[Group]) -> None:
        await self._insert(
            groups,
            [
                {
                    "group_id": group.group_id.value,
                    "name": group.name,
                    "name_key": group_key(group.name),
                }
                for group in new
            ],
        )

    async def add_pupils(self, new: Sequence[SealedPupil]) -> None:
        rows = [{"pupil_id": pupil.pupil_id.value, "card": pupil.card} for pupil in new]
        await self._insert(pupils, rows)
        await self._insert(pupil_groups, [row for pupil in new for row in _belongings(pupil)])

    async def change_pupil(self, pupil: SealedPupil) -> None:
        await self._session.execute(
            sa.update(pupils)
            .where(
                pupils.c.school_id == self._school_id.value,
                pupils.c.pupil_id == pupil.pupil_id.value,
            )
            .values(card=pupil.card)
        )
        if rows := [self._here() | row for row in _belongings(pupil)]:
            await self._session.execute(insert(pupil_groups).on_conflict_do_nothing(), rows)

    async def keep_import(self, prepared: PreparedImport) -> None:
        await self._session.execute(
            sa.delete(prepared_imports).where(
                prepared_imports.c.school_id == self._school_id.value,
                prepared_imports.c.expires_at < sa.func.now(),
            )
        )
        await self._insert(
            prepared_imports,
            [
                {
                    "import_id": prepared.import_id.value,
                    "staff_id": prepared.staff_id.value,
                    "sealed": prepared.sealed,
                    "expires_at": prepared.expires_at,
                }
            ],
        )

    async def take_import(self, import_id: ImportId, *, at: datetime) -> PreparedImport:
        found = await self._session.execute(
            sa.delete(prepared_imports)
            .where(
                prepared_imports.c.school_id == self._school_id.value,
                prepared_imports.c.import_id == import_id.value,
                prepared_imports.c.expires_at > at,
            )
            .returning(
                prepared_imports.c.staff_id,
                prepared_imports.c.sealed,
                prepared_imports.c.expires_at,
            )
        )
        row = found.first()
        if row is None:
            raise ImportNotFound
        return PreparedImport(import_id, StaffId(row.staff_id), row.sealed, row.expires_at)

    def _here(self) -> dict[str, object]:
        return {"school_id": self._school_id.value}

    async def _insert(self, table: sa.Table, rows: Sequence[dict[str, object]]) -> None:
        if rows:
            await self._session.execute(sa.insert(table), [self._here() | row for row in rows])


def _belongings(pupil: SealedPupil) -> list[dict[str, object]]:
    return [
        {"pupil_id": pupil.pupil_id.value, "group_id": group_id.value}
        for group_id in pupil.group_ids
    ]


def _pupil_of(row: sa.Row[Any]) -> SealedPupil:
    belongs = sorted(GroupId(group_id) for group_id in row.group_ids if group_id)
    return SealedPupil(PupilId(row.pupil_id), row.card, tuple(belongs))

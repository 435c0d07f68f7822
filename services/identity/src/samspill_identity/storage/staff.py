"""Grants, and who works at a school, as rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from samspill_identity.domain.grants import DatedGrant, StaffGrants
from samspill_identity.domain.schools import Colleague
from samspill_identity.storage.tables import grants, staff_members
from samspill_kit.ids import GroupId, SchoolId, StaffId
from samspill_kit.norwegian import sort_key
from samspill_kit.principal import Action, Grant, Level, Role


class SqlGrants:
    """What the staff of one school are granted, inside one transaction."""

    def __init__(self, session: AsyncSession, school_id: SchoolId) -> None:
        self._session = session
        self._school_id = school_id

    async def of(self, staff_id: StaffId) -> tuple[DatedGrant, ...]:
        found = await self._session.execute(
            sa.select(grants)
            .where(self._here(), grants.c.staff_id == staff_id.value)
            .order_by(grants.c.place)
        )
        return tuple(map(_grant_of, found))

    async def of_everyone(self) -> Sequence[StaffGrants]:
        found = await self._session.execute(
            sa.select(grants).where(self._here()).order_by(grants.c.staff_id, grants.c.place)
        )
        held: dict[StaffId, list[DatedGrant]] = {}
        for row in found:
            held.setdefault(StaffId(row.staff_id), []).append(_grant_of(row))
        return [StaffGrants(staff_id, tuple(each)) for staff_id, each in held.items()]

    async def replace(
        self, staff_id: StaffId, new: Sequence[DatedGrant], *, by: StaffId, at: datetime
    ) -> None:
        await self._session.execute(
            sa.delete(grants).where(self._here(), grants.c.staff_id == staff_id.value)
        )
        if new:
            keys = {"school_id": self._school_id.value, "staff_id": staff_id.value}
            made = {"granted_by": by.value, "granted_at": at}
            await self._session.execute(
                sa.insert(grants),
                [
                    keys | made | _row_of(dated) | {"place": place}
                    for place, dated in enumerate(new)
                ],
            )

    def _here(self) -> sa.ColumnElement[bool]:
        return grants.c.school_id == self._school_id.value


class SqlColleagues:
    """Who works at one school, inside one transaction."""

    def __init__(self, session: AsyncSession, school_id: SchoolId) -> None:
        self._session = session
        self._school_id = school_id

    async def all(self) -> Sequence[Colleague]:
        found = await self._session.execute(
            sa.select(staff_members).where(staff_members.c.school_id == self._school_id.value)
        )
        everyone = [
            Colleague(StaffId(row.staff_id), row.display_name, frozenset(map(Role, row.roles)))
            for row in found
        ]
        return sorted(everyone, key=lambda one: sort_key(one.display_name))

    async def note(self, colleague: Colleague, *, at: datetime) -> None:
        if not colleague.roles:
            await self._session.execute(
                sa.delete(staff_members).where(
                    staff_members.c.school_id == self._school_id.value,
                    staff_members.c.staff_id == colleague.staff_id.value,
                )
            )
            return
        told = {
            "display_name": colleague.display_name,
            "roles": sorted(role.value for role in colleague.roles),
            "told_at": at,
        }
        keys = {"school_id": self._school_id.value, "staff_id": colleague.staff_id.value}
        await self._session.execute(
            insert(staff_members)
            .values(keys | told)
            .on_conflict_do_update(index_elements=["school_id", "staff_id"], set_=told)
        )

    async def replace(self, colleagues: Sequence[Colleague], *, at: datetime) -> None:
        await self._session.execute(
            sa.delete(staff_members).where(
                staff_members.c.school_id == self._school_id.value,
                staff_members.c.staff_id.not_in([one.staff_id.value for one in colleagues]),
            )
        )
        # In one order everywhere, so that two at the same time never wait for each other.
        for colleague in sorted(colleagues, key=lambda one: one.staff_id):
            await self.note(colleague, at=at)


def _row_of(dated: DatedGrant) -> dict[str, object]:
    grant = dated.grant
    return {
        "action": grant.action.value,
        "level": grant.level.value if grant.level else None,
        "group_id": grant.group_id.value if grant.group_id else None,
        "until_on": dated.until_on,
    }


def _grant_of(row: sa.Row[Any]) -> DatedGrant:
    grant = Grant(
        Action(row.action),
        Level(row.level) if row.level else None,
        GroupId(row.group_id) if row.group_id else None,
    )
    return DatedGrant(grant, row.until_on)

"""Municipalities and schools as rows; they are no secret and stand outside every scope."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from samspill_identity.domain.ceilings import Ceilings
from samspill_identity.domain.errors import OrganisationNumberWrong
from samspill_identity.domain.schools import Colleague, Municipality, School
from samspill_identity.storage import tables
from samspill_kit.db import Database
from samspill_kit.ids import MunicipalityId, SchoolId, StaffId
from samspill_kit.norwegian import sort_key
from samspill_kit.principal import Role


class SqlSchools:
    """Every school of the installation; a sign-in reads them, so they are read each time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> Sequence[School]:
        return await self._schools(tables.schools.c.closed_at.is_(None))

    async def of_municipality(self, municipality_id: MunicipalityId) -> Sequence[School]:
        return await self._schools(tables.schools.c.municipality_id == municipality_id.value)

    async def municipalities(self) -> Sequence[Municipality]:
        known = tables.municipalities.c
        async with self._database.scope([]) as session:
            found = await session.execute(sa.select(known.municipality_id, known.orgnr, known.name))
            everyone = [
                Municipality(MunicipalityId(row.municipality_id), row.orgnr, row.name)
                for row in found
            ]
        return sorted(everyone, key=lambda one: sort_key(one.name))

    async def open(self, municipality: Municipality, schools: Sequence[School]) -> None:
        named = {"orgnr": municipality.orgnr, "name": municipality.name}
        async with self._database.transaction() as session:
            await session.execute(
                insert(tables.municipalities)
                .values({"municipality_id": municipality.id.value} | named)
                .on_conflict_do_update(index_elements=["municipality_id"], set_=named)
            )
            for school in schools:
                values = {
                    "municipality_id": school.municipality_id.value,
                    "orgnr": school.orgnr,
                    "name": school.name,
                }
                await session.execute(
                    insert(tables.schools)
                    .values({"school_id": school.id.value} | values)
                    .on_conflict_do_update(index_elements=["school_id"], set_=values)
                )

    async def set_open(self, school: School) -> None:
        # The database's own clock: nothing is decided by the moment, only by there being one.
        closed_at = None if school.is_open else sa.func.now()
        values = {"name": school.name, "closed_at": closed_at}
        keys = {
            "school_id": school.id.value,
            "municipality_id": school.municipality_id.value,
            "orgnr": school.orgnr,
        }
        async with self._database.transaction() as session:
            stored = await session.execute(
                insert(tables.schools)
                .values(keys | values)
                .on_conflict_do_update(
                    index_elements=["school_id"],
                    set_=values,
                    where=tables.schools.c.municipality_id == school.municipality_id.value,
                )
                .returning(tables.schools.c.school_id)
            )
            if stored.first() is None:
                raise OrganisationNumberWrong

    async def leaders_of(self, schools: Sequence[School]) -> Mapping[SchoolId, Sequence[Colleague]]:
        """In the scope of these schools together, so that row-level security holds here too."""
        members = tables.staff_members.c
        leaders: dict[SchoolId, list[Colleague]] = {one.id: [] for one in schools}
        async with self._database.scope(leaders) as session:
            found = await session.execute(
                sa.select(
                    members.school_id, members.staff_id, members.display_name, members.roles
                ).where(
                    members.school_id.in_([one.id.value for one in schools]),
                    members.roles.contains([Role.LEADER.value]),
                )
            )
            for row in found:
                leaders[SchoolId(row.school_id)].append(
                    Colleague(
                        StaffId(row.staff_id), row.display_name, frozenset(map(Role, row.roles))
                    )
                )
        for each in leaders.values():
            each.sort(key=lambda one: sort_key(one.display_name))
        return leaders

    async def ceilings(self, municipality_id: MunicipalityId) -> Ceilings:
        known = tables.municipalities.c
        async with self._database.scope([]) as session:
            written = await session.scalar(
                sa.select(known.ceilings).where(known.municipality_id == municipality_id.value)
            )
        return _ceilings_of(written) if written else Ceilings()

    async def set_ceilings(self, municipality_id: MunicipalityId, ceilings: Ceilings) -> None:
        known = tables.municipalities
        async with self._database.transaction() as session:
            await session.execute(
                sa.update(known)
                .where(known.c.municipality_id == municipality_id.value)
                .values(ceilings=asdict(ceilings))
            )

    async def _schools(self, which: sa.ColumnElement[bool]) -> Sequence[School]:
        async with self._database.scope([]) as session:
            found = await session.execute(sa.select(tables.schools).where(which))
            schools = [
                School(
                    SchoolId(row.school_id),
                    MunicipalityId(row.municipality_id),
                    row.orgnr,
                    row.name,
                    is_open=row.closed_at is None,
                )
                for row in found
            ]
        return sorted(schools, key=lambda school: sort_key(school.name))


def _ceilings_of(written: Mapping[str, Any]) -> Ceilings:
    return Ceilings(
        languages=tuple(written["languages"]),
        longest_keep_days=written["longest_keep_days"],
        own_questions=written["own_questions"],
        free_text_bands=tuple(written["free_text_bands"]),
    )

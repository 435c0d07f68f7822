"""Municipalities and schools as rows; they are no secret and stand outside every scope."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from samspill_identity.domain.schools import Municipality, School
from samspill_identity.storage import tables
from samspill_kit.db import Database
from samspill_kit.ids import MunicipalityId, SchoolId
from samspill_kit.norwegian import sort_key


class SqlSchools:
    """Every school of the installation; a sign-in reads them, so they are read each time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> Sequence[School]:
        async with self._database.scope([]) as session:
            found = await session.execute(sa.select(tables.schools))
            schools = [
                School(
                    SchoolId(row.school_id),
                    MunicipalityId(row.municipality_id),
                    row.orgnr,
                    row.name,
                )
                for row in found
            ]
        return sorted(schools, key=lambda school: sort_key(school.name))

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

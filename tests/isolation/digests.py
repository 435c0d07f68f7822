"""What the tables hold for each school, in one word: whether attempts have changed anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.isolation.world import BACKENDS, NEIGHBOUR, World

TABLES: Final = """
select c.table_name from information_schema.columns c
join information_schema.tables t using (table_schema, table_name)
where c.table_schema = 'public' and c.column_name = 'school_id' and t.table_type = 'BASE TABLE'
order by 1
"""

BY_TIMER: Final = frozenset({("retention", "audit_heads")})
"""Heads of audit chains are handed over every five minutes."""

BY_ITS_OWN: Final = frozenset(
    {("identity", "audit_entries"), ("identity", "audit_heads"), ("identity", "staff_members")}
)
"""One persona leads the neighbouring school, and reads its reports there."""

Digests = Mapping[tuple[str, str, str], str]


async def digests(world: World) -> Digests:
    """One digest for each service, table and school."""
    found = {}
    for service in BACKENDS:
        for (table,) in await world.rows(service, TABLES):
            query = (
                f"select t.school_id::text, md5(string_agg(t::text, '' order by t::text)) "
                f'from "{table}" t group by 1'
            )
            for school, digest in await world.rows(service, query):
                found[service, table, school] = digest
    return found


def changed(before: Digests, after: Digests, world: World, letters: str) -> list[str]:
    """What has changed for these schools, in words."""
    schools = {world.places[letter].school_id: letter for letter in letters}
    return [
        f"{service}.{table} of school {schools[school]} has changed"
        for service, table, school in sorted({*before, *after})
        if school in schools
        and (service, table) not in BY_TIMER
        and not (schools[school] == NEIGHBOUR and (service, table) in BY_ITS_OWN)
        and before.get((service, table, school)) != after.get((service, table, school))
    ]

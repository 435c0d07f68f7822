"""The audit log of a running installation: every reading is in it; without it nothing is read (SPEC I8)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

import asyncpg
import httpx
import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page

from tests.e2e.conftest import World
from tests.e2e.seeded import SENTENCES, Seeded
from tests.e2e.test_pages import CLASS, sign_in, visiting

READINGS: Final = {
    "oversikt": "report_overview",
    "relasjoner": "sociogram",
    "sporsmal": "report_questions",
    "elevene": "report_pupils",
    "om-svarene": "report_quality",
    "pdf": "report_pdf",
}
MAY_WRITE: Final = "has_table_privilege(rolname, 'audit_entries', 'insert')"


@pytest.fixture
async def identity(world: World) -> AsyncIterator[Any]:
    """Identity's database, past every policy: for assertions and for tampering."""
    postgres = world.installation.parts.postgres
    connection = await asyncpg.connect(  # type: ignore[no-untyped-call]  # Its package has no types.
        host="127.0.0.1",
        port=postgres.port,
        user="postgres",
        password=await asyncio.to_thread(postgres.credentials.secret, "postgres"),
        database="identity",
    )
    yield connection
    await connection.close()


async def entries_about(identity: Any, seeded: Seeded) -> Sequence[Any]:
    return list(
        await identity.fetch(
            "select purpose, level, participants from audit_entries where survey_id = $1"
            " and purpose = any ($2) order by sequence",
            seeded.closed.rpartition("/")[2],
            list(READINGS.values()),
        )
    )


async def read(page: Page, address: str) -> tuple[int, str]:
    """Open an address as the signed-in person; returns the status and everything in the answer."""
    answer = await page.request.get(address)
    return answer.status, (await answer.body()).decode("utf-8", "replace")


def told_in(body: str, seeded: Seeded) -> Sequence[str]:
    """Return the pupils' names, first or last, and the sentences they wrote that an answer holds."""
    names = [part for name in seeded.names for part in name.split()]
    return [each for each in (*names, *SENTENCES) if re.search(rf"\b{re.escape(each)}(?!\w)", body)]


async def test_each_reading_leaves_one_entry(
    world: World, seeded: Seeded, chromium: Chromium, identity: Any
) -> None:
    async with visiting(world, chromium) as (page, _):
        await sign_in(world, page, leader=False)
        for tab, purpose in READINGS.items():
            before = len(await entries_about(identity, seeded))
            status, _body = await read(page, f"{world.address}{seeded.closed}/rapport/{tab}")
            assert status == httpx.codes.OK
            written = (await entries_about(identity, seeded))[before:]
            assert [each["purpose"] for each in written] == [purpose]
            assert written[0]["level"] in ("named", "free_text")
            assert written[0]["participants"] == []


async def test_what_cannot_be_logged_cannot_be_read(
    world: World, seeded: Seeded, chromium: Chromium, identity: Any
) -> None:
    # The migration's owner has the right by owning the table; every other role loses it here.
    found = await identity.fetch(
        f"select rolname from pg_roles where {MAY_WRITE} and not rolsuper"
        " and oid <> (select relowner from pg_class where relname = 'audit_entries')"
    )
    roles = ", ".join(f'"{row["rolname"]}"' for row in found)
    assert roles
    async with visiting(world, chromium) as (page, _):
        await sign_in(world, page, leader=False)
        report = f"{world.address}{seeded.closed}/rapport"
        await identity.execute(f"revoke insert on audit_entries from {roles}")
        try:
            for tab in READINGS:
                status, body = await read(page, f"{report}/{tab}")
                assert status >= httpx.codes.INTERNAL_SERVER_ERROR
                assert "<h1" in body
                assert told_in(body, seeded) == []
        finally:
            await identity.execute(f"grant insert on audit_entries to {roles}")
        # A loaded machine may say "try again" first.
        for _ in range(5):
            status, body = await read(page, f"{report}/elevene")
            if status == httpx.codes.OK:
                break
        assert status == httpx.codes.OK
        assert told_in(body, seeded)


async def test_the_log_and_who_has_read_about_a_pupil_are_pages_without_a_flaw(
    world: World, seeded: Seeded, chromium: Chromium
) -> None:
    async with visiting(world, chromium) as (page, seen):
        await sign_in(world, page, leader=False)
        await read(page, f"{world.address}{seeded.closed}/rapport/elevene")
        await seen.open(page, "/tilgang/logg", status=403)
    async with visiting(world, chromium) as (page, seen):
        await sign_in(world, page, leader=True)
        for path in ("", "?hva=lest", "?hva=endret", "?fra=2020-01-01&til=2020-01-02"):
            await seen.open(page, f"/tilgang/logg{path}")
        await seen.open(page, "/tilgang/logg?hva=lest")
        shown = await page.locator("main").inner_text()
        assert f"{world.teacher_name(1)} leste lista over elevene: «Trivsel i høst»" in shown
        assert "ubrutt" in shown
        await page.goto(f"{world.address}/klasser")
        await page.get_by_role("link", name=CLASS.name).click()
        await page.get_by_role("link", name="Hvem har lest?").first.click()
        await seen.look(page)
        assert world.teacher_name(1) in await page.locator("main").inner_text()
        await seen.open(page, "/klasser/elev/0d6f4c6e-0000-4000-8000-000000000000/lest", status=404)
        assert seen.flaws == []

"""Codes, permits and audit entries are counted by how they ended, and no permit is without entry."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest

from samspill.identity.v1 import access_pb2
from samspill_kit.errors import DomainError, Forbidden
from samspill_kit.testing.metrics import measured
from samspill_kit.testing.postgres import PostgresServer, ServiceUrls
from services.identity.tests.integration.running import Member, RunningService

NAMED = access_pb2.Grant(
    action=access_pb2.GRANT_ACTION_READ_REPORT, level=access_pb2.READ_LEVEL_NAMED
)
CREATE = access_pb2.Grant(action=access_pb2.GRANT_ACTION_CREATE_SURVEY)


def codes() -> dict[str, float]:
    ways = ("right", "mistyped", "unknown", "revoked", "braked", "refused", "failed")
    name = "samspill_identity_codes_entered_total"
    return {way: measured(name, outcome=way) for way in ways}


def permits() -> dict[str, float]:
    name = "samspill_identity_permit_requests_total"
    counted = {way: measured(name, outcome=way) for way in ("issued", "refused", "failed")}
    return counted | {
        "named": measured("samspill_identity_permits_issued_total", level="named"),
        "entries": measured("samspill_identity_audit_entries_total"),
        "lost": measured("samspill_identity_audit_failures_total"),
    }


def more(after: dict[str, float], before: dict[str, float]) -> dict[str, float]:
    return {key: after[key] - before[key] for key in after if after[key] != before[key]}


@asynccontextmanager
async def locked_chain(postgres: PostgresServer, database_urls: ServiceUrls) -> AsyncIterator[None]:
    """The audit chain cannot be written, as after a wrong migration or on a full disk."""
    address = urlsplit(database_urls.app)
    superuser: Any = await asyncpg.connect(postgres.superuser_url(address.path.lstrip("/")))
    await superuser.execute(f"revoke insert on audit_entries from {address.username}")
    try:
        yield
    finally:
        await superuser.execute(f"grant insert on audit_entries to {address.username}")
        await superuser.close()


async def reader_of_a_survey(running: RunningService, group: str) -> tuple[Member, str]:
    leader, teacher = await running.leader(), await running.teacher()
    await leader.confirms((await leader.imports(f"Navn;Klasse\nKari K;{group}\n")).import_id)
    await leader.grants(teacher.staff_id, NAMED, CREATE)
    return teacher, await teacher.opens_survey(await teacher.group(group))


async def test_codes_are_counted_right_or_wrong(running: RunningService) -> None:
    leader = await running.leader()
    await leader.confirms((await leader.imports("Navn;Klasse\nKari K;8M\n")).import_id)
    survey_id = await leader.opens_survey(await leader.group("8M"))
    made = await leader.makes_codes(survey_id, [str(uuid4())])
    (code,) = made.values()
    before = codes()
    await running.enter(code, origin="counting")
    for wrong in (code[:-1] + "*", "00000000000"):
        with pytest.raises(DomainError):
            await running.enter(wrong, origin="counting")
    assert more(codes(), before) == {"right": 1, "mistyped": 1, "unknown": 1}


async def test_a_permit_is_counted_with_its_level_and_its_entry(running: RunningService) -> None:
    teacher, survey_id = await reader_of_a_survey(running, "9M")
    stranger = await running.teacher()
    before = permits()
    await teacher.asks_permit(survey_id)
    assert more(permits(), before) == {"issued": 1, "named": 1, "entries": 1}
    before = permits()
    with pytest.raises(Forbidden):
        await stranger.asks_permit(survey_id)
    assert more(permits(), before) == {"refused": 1}


async def test_a_chain_that_cannot_be_written_is_counted_and_gives_no_permit(
    running: RunningService, postgres: PostgresServer, database_urls: ServiceUrls
) -> None:
    teacher, survey_id = await reader_of_a_survey(running, "10M")
    before = permits()
    async with locked_chain(postgres, database_urls):
        with pytest.raises(Exception, match="INTERNAL"):
            await teacher.asks_permit(survey_id)
    assert more(permits(), before) == {"failed": 1, "lost": 1}

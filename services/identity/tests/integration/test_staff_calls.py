"""Sharing, doors, sign-ins and two schools' rights through the running service."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import sqlalchemy as sa

from samspill.identity.v1 import access_pb2, erasure_pb2, sessions_pb2
from samspill_identity.domain.schools import Membership
from samspill_identity.domain.sessions import hash_of
from samspill_identity.storage import tables
from samspill_identity.storage.erasures import SqlOverdueSurveys
from samspill_kit.auth import JwksSource, PassportReader
from samspill_kit.clock import SystemClock
from samspill_kit.db import Database
from samspill_kit.errors import DomainError, Forbidden, NotFound
from samspill_kit.grpc import call
from samspill_kit.ids import RandomIds, SessionId
from samspill_kit.principal import Level, Role, StaffPrincipal
from samspill_kit.testing.passports import INSTALLATION
from samspill_kit.testing.postgres import PostgresServer, ServiceUrls
from services.identity.tests.integration.running import HAUG, TUN, Member, RunningService, school

NAMED, AGGREGATE = access_pb2.READ_LEVEL_NAMED, access_pb2.READ_LEVEL_AGGREGATE
CREATE = access_pb2.Grant(action=access_pb2.GRANT_ACTION_CREATE_SURVEY)
SHARE = access_pb2.Grant(action=access_pb2.GRANT_ACTION_SHARE)
SECRET_REASON = "Hemmelig grunn til å lese"


def reading(level: Any, group_id: str | None = None) -> access_pb2.Grant:
    return access_pb2.Grant(
        action=access_pb2.GRANT_ACTION_READ_REPORT, level=level, group_id=group_id
    )


class Class:
    """A class with a leader, its teacher, and a colleague who teaches another class."""

    def __init__(self, running: RunningService) -> None:
        self.running = running

    async def prepared(self) -> "Class":
        running, name = self.running, uuid4().hex[:6]
        self.leader = await running.leader()
        self.teacher = await running.teacher("Kari Lærer")
        self.colleague = await running.teacher("Nils Kollega")
        listed = f"Navn;Klasse\nKari K;{name}\nOla L;{name}x\n"
        await self.leader.confirms((await self.leader.imports(listed)).import_id)
        self.group = await self.leader.group(name)
        self.other_group = await self.leader.group(f"{name}x")
        await self.leader.grants(self.leader.staff_id, reading(NAMED))
        await self.leader.grants(self.teacher.staff_id, reading(NAMED, self.group), CREATE, SHARE)
        await self.leader.grants(self.colleague.staff_id, reading(NAMED, self.other_group))
        return self

    async def drafts(self) -> str:
        survey_id = str(uuid4())
        await self.teacher.asks(
            self.running.grant_commands.RecordSurvey,
            access_pb2.RecordSurveyRequest(survey_id=survey_id, group_ids=[self.group]),
        )
        return survey_id

    async def opens(self, survey_id: str) -> Sequence[Any]:
        answer = await self.teacher.asks(
            self.running.grant_commands.FixReaders,
            access_pb2.FixReadersRequest(survey_id=survey_id),
        )
        return list(answer.readers)

    async def shares(self, survey_id: str, *, by: Member, reason: str = "") -> Sequence[Any]:
        request = access_pb2.ShareSurveyRequest(
            survey_id=survey_id,
            staff_id=str(self.colleague.staff_id),
            level=NAMED,
            reason=reason,
        )
        answer = await by.asks(self.running.grant_commands.ShareSurvey, request)
        return list(answer.readers)


@pytest.fixture
async def superuser(postgres: PostgresServer, database_urls: ServiceUrls) -> AsyncIterator[Any]:
    """A role that no policy binds."""
    name = database_urls.app.rpartition("/")[2]
    connection = await asyncpg.connect(postgres.superuser_url(name))
    yield connection
    await connection.close()


@pytest.fixture
async def at(running: RunningService) -> Class:
    return await Class(running).prepared()


async def test_a_shared_draft_is_read_once_it_is_opened(at: Class) -> None:
    survey_id, unshared = await at.drafts(), await at.drafts()
    assert not await at.shares(survey_id, by=at.teacher)
    colleague = str(at.colleague.staff_id)
    assert colleague in {one.staff_id for one in await at.opens(survey_id)}
    assert colleague not in {one.staff_id for one in await at.opens(unshared)}
    assert (await at.colleague.asks_permit(survey_id)).level == NAMED
    with pytest.raises(Forbidden) as refused:
        await at.colleague.asks_permit(unshared)
    assert refused.value.code == "not_a_reader"


async def test_a_reader_after_the_opening_leaves_a_trace_and_no_plain_reason(
    at: Class, app: Database
) -> None:
    survey_id = await at.drafts()
    await at.opens(survey_id)
    with pytest.raises(Forbidden) as refused:
        await at.shares(survey_id, by=at.teacher, reason=SECRET_REASON)
    assert refused.value.code == "may_not_share"
    with pytest.raises(DomainError) as unsaid:
        await at.shares(survey_id, by=at.leader)
    assert unsaid.value.code == "reason_missing"
    readers = await at.shares(survey_id, by=at.leader, reason=SECRET_REASON)
    assert str(at.colleague.staff_id) in {one.staff_id for one in readers}
    entries = await at.leader.asks(
        at.running.access.ListAuditEntries, access_pb2.ListAuditEntriesRequest(limit=1)
    )
    assert entries.entries[0].purpose == "reader_added"
    assert entries.entries[0].subject_id == str(at.colleague.staff_id)
    async with app.scope([school(TUN).id]) as session:
        kept = await session.scalar(
            sa.select(tables.survey_shares.c.reason).where(
                tables.survey_shares.c.survey_id == survey_id
            )
        )
    assert kept
    assert SECRET_REASON.encode() not in bytes(kept)


async def test_a_grant_taken_back_ends_the_share_in_permit_and_passport(at: Class) -> None:
    survey_id = await at.drafts()
    await at.shares(survey_id, by=at.teacher)
    await at.opens(survey_id)
    assert await carried(at.colleague) == {survey_id: Level.NAMED}
    await at.leader.grants(at.colleague.staff_id, reading(AGGREGATE, at.other_group))
    assert (await at.colleague.asks_permit(survey_id)).level == AGGREGATE
    assert await carried(at.colleague) == {survey_id: Level.AGGREGATE}
    await at.leader.grants(at.colleague.staff_id)
    assert await carried(at.colleague) == {}
    with pytest.raises(Forbidden):
        await at.colleague.asks_permit(survey_id)


async def carried(by: Member) -> dict[str, Level]:
    """The shares in the person's passport, as another service reads it."""

    async def fetch() -> str:
        answer = await by.running.keys.ListSigningKeys(sessions_pb2.ListSigningKeysRequest())
        return str(answer.jwks_json)

    reader = PassportReader(JwksSource(fetch), installation=INSTALLATION, clock=SystemClock())
    principal = await reader.read(await by.passport())
    assert isinstance(principal, StaffPrincipal)
    return {str(one.survey_id): one.level for one in principal.shares}


async def test_a_share_taken_back_ends_the_reading(at: Class) -> None:
    survey_id = await at.drafts()
    await at.shares(survey_id, by=at.teacher)
    await at.opens(survey_id)
    request = access_pb2.EndShareRequest(survey_id=survey_id, staff_id=str(at.colleague.staff_id))
    for _ in range(2):
        left = await at.leader.asks(at.running.grant_commands.EndShare, request)
        assert str(at.colleague.staff_id) not in {one.staff_id for one in left.readers}
    with pytest.raises(Forbidden):
        await at.colleague.asks_permit(survey_id)


async def test_an_erased_survey_leaves_no_share(at: Class, app: Database) -> None:
    survey_id, kept = await at.drafts(), await at.drafts()
    for each in (survey_id, kept):
        await at.shares(each, by=at.teacher)
    ids = {"school_id": str(school(TUN).id), "survey_id": survey_id}
    await at.running.erasure.LockSurvey(erasure_pb2.LockSurveyRequest(**ids))
    erased = await at.running.erasure.EraseSurvey(erasure_pb2.EraseSurveyRequest(**ids))
    assert erased.rows["survey_shares"] == 1
    async with app.scope([school(TUN).id]) as session:
        left = await session.scalars(
            sa.select(tables.survey_shares.c.survey_id).where(
                tables.survey_shares.c.survey_id.in_([survey_id, kept])
            )
        )
        assert [str(one) for one in left] == [kept]


async def test_an_overdue_survey_takes_its_shares_along(
    at: Class, app: Database, jobs: Database, superuser: Any
) -> None:
    survey_id, kept = await at.drafts(), await at.drafts()
    for each in (survey_id, kept):
        await at.shares(each, by=at.teacher)
    today = datetime.now(UTC).date()
    await superuser.execute(
        "update surveys set delete_on = $2 where survey_id = $1",
        survey_id,
        today - timedelta(days=7),
    )
    async with jobs.transaction() as session:
        await session.execute(sa.delete(tables.survey_shares))
    overdue = SqlOverdueSurveys(jobs)
    [due] = [one for one in await overdue.due(today=today) if str(one.survey_id) == survey_id]
    assert (await overdue.erase(due, at=datetime.now(UTC)))["surveys"] == 1
    left = await superuser.fetch(
        "select survey_id from survey_shares where survey_id = any ($1)", [survey_id, kept]
    )
    assert [str(row["survey_id"]) for row in left] == [kept]


async def test_sharing_is_shown_to_its_creator_and_not_to_a_colleague(at: Class) -> None:
    survey_id = await at.drafts()
    request = access_pb2.GetSharingRequest(survey_id=survey_id)
    shown = await at.teacher.asks(at.running.doors.GetSharing, request)
    highest = {one.staff_id: one.highest for one in shown.candidates}
    assert highest[str(at.colleague.staff_id)] == NAMED
    assert shown.may_share
    with pytest.raises(Forbidden) as refused:
        await at.colleague.asks(at.running.doors.GetSharing, request)
    assert refused.value.details["who_can"]


async def test_a_door_says_the_same_of_a_foreign_survey_as_of_none(at: Class) -> None:
    survey_id = await at.drafts()

    async def told(by: Member, asked: str | None) -> bytes:
        request = access_pb2.WhoCanOpenRequest(survey_id=asked)
        answer = await by.asks(at.running.doors.WhoCanOpen, request)
        return bytes(answer.SerializeToString(deterministic=True))

    of_it = access_pb2.WhoCanOpenResponse.FromString(await told(at.colleague, survey_id))
    roles = {one.staff_id: one.role for one in of_it.keepers}
    assert roles[str(at.teacher.staff_id)] == "creator"
    assert roles[str(at.leader.staff_id)] == "leader"
    stranger = await at.running.teacher("Fremmed", HAUG)
    answers = {await told(stranger, asked) for asked in (survey_id, str(uuid4()), None)}
    assert len(answers) == 1
    assert await told(at.colleague, str(uuid4())) == await told(at.colleague, None)


async def test_the_grants_of_one_school_never_count_in_the_other(running: RunningService) -> None:
    both = await running.sign_in(
        "To Skoler", Membership(TUN, Role.TEACHER), Membership(HAUG, Role.LEADER)
    )
    leader = await running.leader()
    await leader.grants(both.staff_id, reading(NAMED), CREATE)

    async def seen_at(orgnr: str) -> Any:
        request = sessions_pb2.ChooseSchoolRequest(
            session_token=both.token, school_id=str(school(orgnr).id)
        )
        await running.sessions.ChooseSchool(request)
        answer = await running.sessions.IssuePassport(
            sessions_pb2.IssuePassportRequest(session_token=both.token)
        )
        return answer.staff

    at_tun = await seen_at(TUN)
    assert (list(at_tun.roles), len(at_tun.grants)) == (["teacher"], 2)
    with pytest.raises(Forbidden):
        await both.asks(running.access.ListStaff, access_pb2.ListStaffRequest())
    old = await both.passport()
    at_haug = await seen_at(HAUG)
    assert (list(at_haug.roles), list(at_haug.grants)) == (["leader"], [])
    staff = await both.asks(running.access.ListStaff, access_pb2.ListStaffRequest())
    listed = {one.staff_id for one in staff.staff}
    assert str(both.staff_id) in listed
    assert str(leader.staff_id) not in listed
    # The passport from before the change is still one of the first school alone.
    with call.on_behalf(passport=old, seconds=30), pytest.raises(Forbidden):
        await running.access.ListStaff(access_pb2.ListStaffRequest())


async def another_sign_in(of: Member) -> Member:
    """The same person in another browser."""
    sessions = of.running.staff_sessions
    found = await sessions.find(hash_of(of.token))
    assert found
    token = f"s.{uuid4()}{uuid4()}"
    person = found.person
    kept = type(found)(
        RandomIds().new(SessionId),
        person,
        None,
        found.started_at,
        found.used_at,
        found.rights_read_at,
        device="Firefox Linux",
    )
    await sessions.add(hash_of(token), kept)
    return Member(of.running, of.staff_id, of.name, token)


async def own_sign_ins(member: Member) -> Sequence[Any]:
    request = sessions_pb2.ListOwnSessionsRequest(session_token=member.token)
    answer = await member.running.session_queries.ListOwnSessions(request)
    return list(answer.sign_ins)


async def test_a_person_ends_another_own_sign_in(running: RunningService) -> None:
    here = await running.teacher()
    there, stranger = await another_sign_in(here), await running.teacher("En annen")
    listed = await own_sign_ins(here)
    assert sorted((one.is_own, one.device) for one in listed) == [
        (False, "Firefox Linux"),
        (True, ""),
    ]
    other = next(one.session_id for one in listed if not one.is_own)
    request = sessions_pb2.EndOtherSessionRequest(session_token=stranger.token, session_id=other)
    with pytest.raises(NotFound):
        await running.sessions.EndOtherSession(request)
    assert await there.passport()
    request = sessions_pb2.EndOtherSessionRequest(session_token=here.token, session_id=other)
    await running.sessions.EndOtherSession(request)
    with pytest.raises(DomainError) as ended:
        await there.passport()
    assert ended.value.code == "session_unknown"
    assert await here.passport()


async def test_a_leader_ends_the_sign_ins_of_a_colleague_and_of_nobody_elsewhere(
    running: RunningService,
) -> None:
    leader, teacher = await running.leader(), await running.teacher()
    await another_sign_in(teacher)
    elsewhere = await running.teacher("Fremmed", HAUG)
    listing = access_pb2.ListStaffSessionsRequest(staff_id=str(teacher.staff_id))
    listed = await leader.asks(running.access.ListStaffSessions, listing)
    assert len(listed.sign_ins) == 2
    with pytest.raises(Forbidden):
        await teacher.asks(running.access.ListStaffSessions, listing)
    ending = running.access_commands.EndStaffSessions
    refusals = []
    for staff_id in (str(elsewhere.staff_id), str(uuid4())):
        with pytest.raises(NotFound) as refused:
            await leader.asks(ending, access_pb2.EndStaffSessionsRequest(staff_id=staff_id))
        refusals.append((refused.value.code, dict(refused.value.details)))
    assert refusals[0] == refusals[1]
    assert await elsewhere.passport()
    request = access_pb2.EndStaffSessionsRequest(staff_id=str(teacher.staff_id))
    assert (await leader.asks(ending, request)).ended == 2
    with pytest.raises(DomainError):
        await teacher.passport()
    entries = await leader.asks(
        running.access.ListAuditEntries, access_pb2.ListAuditEntriesRequest(limit=1)
    )
    assert entries.entries[0].purpose == "sessions_ended"
    assert entries.entries[0].subject_id == str(teacher.staff_id)


async def test_sign_ins_of_another_person_are_not_there(
    running: RunningService, app: Database
) -> None:
    first, second = await running.teacher(), await running.teacher()
    async with app.transaction() as session:
        await session.execute(
            sa.text("select set_config('app.staff_id', :id, true)"), {"id": str(first.staff_id)}
        )
        seen = set(await session.scalars(sa.select(tables.staff_sessions.c.staff_id)))
    assert seen == {first.staff_id.value}
    assert await second.passport()

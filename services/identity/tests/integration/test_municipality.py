"""A municipality's administrator over real PostgreSQL: own schools, no school's inside."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from samspill.identity.v1 import access_pb2, municipality_pb2, municipality_pb2_grpc, sessions_pb2
from samspill_identity.domain.schools import (
    Membership,
    Municipality,
    School,
    municipality_id_of,
    school_id_of,
)
from samspill_identity.storage.schools import SqlSchools
from samspill_identity.storage.unit_of_work import IdentityUnitOfWork
from samspill_kit.db import Database
from samspill_kit.errors import DomainError, Forbidden, NotFound, Refused
from samspill_kit.ids import SurveyId
from samspill_kit.norwegian import sort_key
from samspill_kit.principal import Role
from services.identity.tests.integration.running import TUN, Member, RunningService

KOMMUNE = Membership("999999999", Role.MUNICIPALITY_ADMIN)
VALID = "974100010"
STOR = Municipality(municipality_id_of("888888888"), "888888888", "Stor kommune")
NAMES = ("Ås", "Øvre", "Ærfugl", "Aasen", "Berg")


class TownHall:
    """Calls with the certificate of the gateway."""

    def __init__(self, running: RunningService) -> None:
        self.queries = running.stub(municipality_pb2_grpc.MunicipalityQueryServiceStub)
        self.commands = running.stub(municipality_pb2_grpc.MunicipalityCommandServiceStub)


@pytest.fixture
def hall(running: RunningService) -> TownHall:
    return TownHall(running)


async def view_of(running: RunningService, member: Member) -> Any:
    request = sessions_pb2.IssuePassportRequest(session_token=member.token)
    return await running.sessions.IssuePassport(request)


async def shown(hall: TownHall, member: Member) -> dict[str, Any]:
    request = municipality_pb2.GetMunicipalityRequest()
    answer = await member.asks(hall.queries.GetMunicipality, request)
    return {one.orgnr: one for one in answer.schools}


async def opens(hall: TownHall, member: Member, orgnr: str, name: str) -> str:
    request = municipality_pb2.OpenSchoolRequest(orgnr=orgnr, name=name)
    return str((await member.asks(hall.commands.OpenSchool, request)).school_id)


async def closes(hall: TownHall, member: Member, school_id: str) -> None:
    request = municipality_pb2.CloseSchoolRequest(school_id=school_id)
    await member.asks(hall.commands.CloseSchool, request)


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    engine = database.engine.sync_engine
    sa.event.listen(engine, "before_cursor_execute", note)
    yield statements
    sa.event.remove(engine, "before_cursor_execute", note)


async def test_an_administrator_without_a_school_gets_in_and_sees_no_schools_inside(
    running: RunningService, hall: TownHall
) -> None:
    administrator = await running.sign_in("Kari Kommune", KOMMUNE)
    staff = (await view_of(running, administrator)).staff
    assert (staff.municipality_name, staff.school_id) == ("Prøve kommune", "")
    assert [one.name for one in staff.municipalities] == ["Prøve kommune"]
    with pytest.raises(Forbidden) as refused:
        await administrator.asks(running.access.ListStaff, access_pb2.ListStaffRequest())
    assert refused.value.code == "passport_of_other_kind"
    leader = await running.leader()
    with pytest.raises(Forbidden) as refused:
        await shown(hall, leader)
    assert refused.value.code == "passport_of_other_kind"


async def test_one_with_both_begins_at_the_school_and_chooses(running: RunningService) -> None:
    both = await running.sign_in("Berit Begge", KOMMUNE, Membership(TUN, Role.LEADER))
    first = (await view_of(running, both)).staff
    assert (first.school_name, first.municipality_id) == ("Tun skole", "")
    municipality_id = first.municipalities[0].municipality_id
    await running.sessions.ChooseMunicipality(
        sessions_pb2.ChooseMunicipalityRequest(
            session_token=both.token, municipality_id=municipality_id
        )
    )
    second = (await view_of(running, both)).staff
    assert (second.municipality_id, second.school_id) == (municipality_id, "")
    await running.sessions.ChooseSchool(
        sessions_pb2.ChooseSchoolRequest(session_token=both.token, school_id=first.school_id)
    )
    third = (await view_of(running, both)).staff
    assert (third.school_name, third.municipality_id) == ("Tun skole", "")


async def test_a_closed_school_lets_nobody_in_also_after_a_restart_until_it_is_opened_again(
    running: RunningService, hall: TownHall
) -> None:
    administrator = await running.sign_in("Kari Kommune", KOMMUNE)
    school_id = await opens(hall, administrator, VALID, "Ny skole")
    teacher = await running.teacher("Nina Ny", VALID)
    assert (await view_of(running, teacher)).staff.school_name == "Ny skole"
    await closes(hall, administrator, school_id)
    with pytest.raises(DomainError) as refused:
        await view_of(running, teacher)
    assert refused.value.code == "staff_without_school"
    kept = SqlSchools(running.database)
    told = School(school_id_of(VALID), municipality_id_of("999999999"), VALID, "Ny skole")
    prove = Municipality(told.municipality_id, "999999999", "Prøve kommune")
    await kept.open(prove, [told])
    assert not (await shown(hall, administrator))[VALID].is_open
    assert await opens(hall, administrator, VALID, "Ny skole") == school_id
    overview = (await shown(hall, administrator))[VALID]
    assert overview.is_open
    assert [one.display_name for one in overview.leaders] == []
    assert (await view_of(running, teacher)).staff.school_name == "Ny skole"


async def test_a_school_with_an_open_survey_is_not_closed(
    running: RunningService, hall: TownHall
) -> None:
    leader = await running.leader()
    await leader.confirms((await leader.imports("Navn;Klasse\nKari K;9K\n")).import_id)
    survey_id = await leader.opens_survey(await leader.group("9K"))
    await leader.makes_codes(survey_id, [str(uuid4())])
    administrator = await running.sign_in("Kari Kommune", KOMMUNE)
    tun = (await shown(hall, administrator))[TUN]
    assert leader.name in {one.display_name for one in tun.leaders}
    with pytest.raises(Refused) as refused:
        await closes(hall, administrator, tun.school_id)
    assert refused.value.code == "school_has_open_surveys"
    assert (await shown(hall, administrator))[TUN].is_open


async def test_another_municipalitys_school_answers_like_a_missing_one(
    running: RunningService, hall: TownHall
) -> None:
    other = School(school_id_of("974100029"), STOR.id, "974100029", "Annen skole")
    await SqlSchools(running.database).open(STOR, [other])
    administrator = await running.sign_in("Kari Kommune", KOMMUNE)
    answers = []
    for asked in (str(other.id), str(uuid4())):
        with pytest.raises(NotFound) as refused:
            await closes(hall, administrator, asked)
        answers.append((refused.value.code, dict(refused.value.details)))
    assert answers[0] == answers[1]
    with pytest.raises(DomainError) as taken:
        await opens(hall, administrator, other.orgnr, "Min skole")
    assert taken.value.code == "organisation_number_wrong"
    assert other.orgnr not in await shown(hall, administrator)


async def test_ceilings_reach_the_schools_and_cap_a_survey(
    running: RunningService, hall: TownHall
) -> None:
    small = Municipality(municipality_id_of("777777777"), "777777777", "Liten kommune")
    school = School(school_id_of("974100037"), small.id, "974100037", "Liten skole")
    await SqlSchools(running.database).open(small, [school])
    administrator = await running.sign_in(
        "Lise Liten", Membership("777777777", Role.MUNICIPALITY_ADMIN)
    )
    wished = access_pb2.Ceilings(
        languages=["nb"], longest_keep_days=90, own_questions=False, free_text_bands=["8-10"]
    )
    await administrator.asks(
        hall.commands.SetCeilings, municipality_pb2.SetCeilingsRequest(ceilings=wished)
    )
    leader = await running.leader("Lars Liten", school.orgnr)
    await leader.confirms((await leader.imports("Navn;Klasse\nKari K;1L\n")).import_id)
    survey_id = str(uuid4())
    request = access_pb2.RecordSurveyRequest(
        survey_id=survey_id, group_ids=[await leader.group("1L")]
    )
    recorded = await leader.asks(running.grant_commands.RecordSurvey, request)
    assert recorded.ceilings == wished
    async with IdentityUnitOfWork(running.database, school.id) as work:
        kept = await work.surveys.get(SurveyId.parse(survey_id))
    assert kept.delete_on == datetime.now(UTC).date() + timedelta(days=90)


async def test_a_leader_of_three_hundred_schools_chooses_among_them_with_a_small_passport(
    running: RunningService, hall: TownHall
) -> None:
    orgnrs = [f"{number:09d}" for number in range(600_000_000, 600_000_300)]
    schools = [
        School(school_id_of(orgnr), STOR.id, orgnr, f"{NAMES[place % 5]} skole {place}")
        for place, orgnr in enumerate(orgnrs)
    ]
    kept = SqlSchools(running.database)
    await kept.open(STOR, schools)
    leader = await running.sign_in("Mange", *(Membership(one, Role.LEADER) for one in orgnrs))
    answer = await view_of(running, leader)
    names = [one.name for one in answer.staff.schools]
    assert len(names) == 300
    assert names == sorted(names, key=sort_key)
    assert names[0].startswith("Berg")
    assert len(answer.passport) < 2048
    with counted(running.database) as statements:
        leaders = await kept.leaders_of(schools)
    assert len(statements) == 2
    assert all([one.display_name for one in each] == ["Mange"] for each in leaders.values())

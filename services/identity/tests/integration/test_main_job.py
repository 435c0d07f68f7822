"""A class list, a survey, codes and a permit through the running service."""

from uuid import uuid4

import pytest

from samspill.identity.v1 import access_pb2, codes_pb2, erasure_pb2, roster_pb2, sessions_pb2
from samspill_kit.auth import JwksSource, PassportReader, PermitReader
from samspill_kit.clock import SystemClock
from samspill_kit.errors import DomainError, Forbidden, Refused
from samspill_kit.principal import PupilPrincipal, StaffPrincipal
from samspill_kit.testing.passports import INSTALLATION
from services.identity.tests.integration.running import HAUG, TUN, RunningService, school

READ_ALL = access_pb2.Grant(
    action=access_pb2.GRANT_ACTION_READ_REPORT, level=access_pb2.READ_LEVEL_FREE_TEXT
)
CREATE = access_pb2.Grant(action=access_pb2.GRANT_ACTION_CREATE_SURVEY)


def key_source(running: RunningService) -> JwksSource:
    async def fetch() -> str:
        answer = await running.keys.ListSigningKeys(sessions_pb2.ListSigningKeysRequest())
        return str(answer.jwks_json)

    return JwksSource(fetch)


async def test_a_passport_is_believed_by_others(running: RunningService) -> None:
    leader = await running.leader()
    reader = PassportReader(key_source(running), installation=INSTALLATION, clock=SystemClock())
    principal = await reader.read(await leader.passport())
    assert isinstance(principal, StaffPrincipal)
    assert principal.staff_id == leader.staff_id
    assert principal.is_leader


async def test_a_class_list_becomes_a_roster(running: RunningService) -> None:
    leader = await running.leader()
    preview = await leader.imports("Navn;Kjønn;Klasse\nÅse Ås;jente;1A\nOla Li;gutt;1A\n")
    assert preview.new_pupils == 2
    assert list(preview.new_groups) == ["1A"]
    result = await leader.confirms(preview.import_id)
    assert (result.new_pupils, result.new_groups) == (2, 1)
    group = await leader.group("1A")
    pupils = await leader.asks(
        running.roster_queries.ListPupils, roster_pb2.ListPupilsRequest(group_ids=[group])
    )
    assert [pupil.name for pupil in pupils.pupils] == ["Ola Li", "Åse Ås"]
    again = await leader.imports("Elev,Klasse\nåse  ås,1A\n")
    assert (again.known_pupils, again.new_pupils) == (1, 0)


async def test_a_pupil_enters_once_to_read_and_again_to_write(running: RunningService) -> None:
    leader = await running.leader()
    await leader.confirms((await leader.imports("Navn;Klasse\nKari K;2A\n")).import_id)
    survey_id = await leader.opens_survey(await leader.group("2A"))
    participant = str(uuid4())
    codes = await leader.makes_codes(survey_id, [participant])
    first = await running.enter(codes[participant].lower())
    second = await running.enter(codes[participant])
    assert (first.pupil.write_only, second.pupil.write_only) == (False, True)
    reader = PassportReader(key_source(running), installation=INSTALLATION, clock=SystemClock())
    principal = await reader.read(first.passport)
    assert isinstance(principal, PupilPrincipal)
    assert str(principal.participant_id) == participant
    states = await leader.asks(
        running.codes.ListCodeStates, codes_pb2.ListCodeStatesRequest(survey_id=survey_id)
    )
    assert [code.state for code in states.codes] == [codes_pb2.CODE_STATE_USED]


async def test_a_permit_leaves_an_audit_entry(running: RunningService) -> None:
    leader, teacher = await running.leader(), await running.teacher()
    await leader.confirms((await leader.imports("Navn;Klasse\nKari K;3A\n")).import_id)
    await leader.grants(teacher.staff_id, READ_ALL, CREATE)
    survey_id = await teacher.opens_survey(await teacher.group("3A"))
    issued = await teacher.asks_permit(survey_id)
    assert issued.level == access_pb2.READ_LEVEL_FREE_TEXT
    permit = await PermitReader(
        key_source(running), installation=INSTALLATION, clock=SystemClock()
    ).read(issued.permit)
    entries = await leader.asks(
        running.access.ListAuditEntries, access_pb2.ListAuditEntriesRequest(limit=5)
    )
    assert entries.entries[0].entry_id == permit.audit_id
    assert entries.entries[0].staff_name == teacher.name
    assert entries.is_unbroken


async def test_who_was_not_told_to_the_pupils_gets_no_permit(running: RunningService) -> None:
    leader, teacher = await running.leader(), await running.teacher()
    await leader.confirms((await leader.imports("Navn;Klasse\nKari K;4A\n")).import_id)
    await leader.grants(teacher.staff_id, READ_ALL, CREATE)
    survey_id = await teacher.opens_survey(await teacher.group("4A"))
    await leader.grants(leader.staff_id, READ_ALL)
    with pytest.raises(Forbidden) as refused:
        await leader.asks_permit(survey_id)
    assert refused.value.code == "not_a_reader"


async def test_another_school_sees_what_does_not_exist(running: RunningService) -> None:
    leader, stranger = await running.leader(), await running.leader("Fremmed", HAUG)
    await leader.confirms((await leader.imports("Navn;Klasse\nKari K;5A\n")).import_id)
    survey_id = await leader.opens_survey(await leader.group("5A"))
    answers = []
    for asked in (survey_id, str(uuid4())):
        with pytest.raises(DomainError) as refused:
            await stranger.asks_permit(asked)
        answers.append((refused.value.kind, refused.value.code, dict(refused.value.details)))
    assert answers[0] == answers[1]


async def test_a_locked_survey_lets_nobody_in_and_an_erased_one_leaves_nothing(
    running: RunningService,
) -> None:
    leader = await running.leader()
    await leader.grants(leader.staff_id, READ_ALL)
    await leader.confirms((await leader.imports("Navn;Klasse\nKari K;6A\n")).import_id)
    survey_id = await leader.opens_survey(await leader.group("6A"))
    participant = str(uuid4())
    code = (await leader.makes_codes(survey_id, [participant]))[participant]
    entered = await running.enter(code)
    ids = {"school_id": str(school(TUN).id), "survey_id": survey_id}
    await running.erasure.LockSurvey(erasure_pb2.LockSurveyRequest(**ids))
    for attempt in (running.enter(code), leader.asks_permit(survey_id)):
        with pytest.raises(Refused):
            await attempt
    with pytest.raises(DomainError):
        await running.sessions.IssuePassport(
            sessions_pb2.IssuePassportRequest(session_token=entered.session_token)
        )
    erased = await running.erasure.EraseSurvey(erasure_pb2.EraseSurveyRequest(**ids))
    again = await running.erasure.EraseSurvey(erasure_pb2.EraseSurveyRequest(**ids))
    assert erased.rows == again.rows
    assert (erased.rows["surveys"], erased.rows["access_codes"]) == (1, 1)
    with pytest.raises(DomainError) as gone:
        await running.enter(code)
    assert gone.value.code == "code_unknown"

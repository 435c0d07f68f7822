"""Access codes through the running service (SPEC I7)."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from samspill.identity.v1 import codes_pb2, sessions_pb2
from samspill.surveys.v1 import surveys_events_pb2
from samspill_identity.domain.codes import new_code
from samspill_kit.errors import DomainError, Forbidden, Unauthenticated
from samspill_kit.events import STREAMS, EventBus
from samspill_kit.facts import Fact
from samspill_kit.grpc.timestamps import timestamp_of
from samspill_kit.ids import RandomIds, SurveyId
from services.identity.tests.integration.running import TUN, Member, RunningService, school


async def opened(leader: Member, group: str) -> str:
    preview = await leader.imports(f"Navn;Klasse\nElev {uuid4()};{group}\n")
    await leader.confirms(preview.import_id)
    return await leader.opens_survey(await leader.group(group))


async def refusal(attempt: object) -> str:
    with pytest.raises(DomainError) as refused:
        await attempt  # type: ignore[misc]
    return refused.value.code


def renewal(survey_id: str, participant: str) -> codes_pb2.RenewCodeRequest:
    return codes_pb2.RenewCodeRequest(
        survey_id=survey_id,
        participant_id=participant,
        closes_at=timestamp_of(datetime.now(UTC) + timedelta(hours=1)),
    )


async def test_wrong_mistyped_revoked_and_late_codes_are_told_apart(
    running: RunningService,
) -> None:
    leader = await running.leader()
    survey_id = await opened(leader, "1C")
    one, two = str(uuid4()), str(uuid4())
    codes = await leader.makes_codes(survey_id, [one, two])
    unknown = new_code()
    mistyped = unknown[:-1] + ("0" if unknown[-1] != "0" else "1")
    assert await refusal(running.enter(unknown)) == "code_unknown"
    assert await refusal(running.enter(mistyped)) == "code_mistyped"
    revoked = codes_pb2.RevokeCodeRequest(survey_id=survey_id, participant_id=one)
    entered = await running.enter(codes[one])
    await leader.asks(running.code_commands.RevokeCode, revoked)
    await leader.asks(running.code_commands.RevokeCode, revoked)
    assert await refusal(running.enter(codes[one])) == "code_revoked"
    passport = sessions_pb2.IssuePassportRequest(session_token=entered.session_token)
    assert await refusal(running.sessions.IssuePassport(passport)) == "session_unknown"
    late = await opened(leader, "1D")
    code = (await leader.makes_codes(late, [two], minutes=-1))[two]
    assert await refusal(running.enter(code)) == "survey_closed"


async def test_a_renewed_code_replaces_the_old_and_reads_nothing(running: RunningService) -> None:
    leader = await running.leader()
    survey_id, participant = await opened(leader, "2C"), str(uuid4())
    old = (await leader.makes_codes(survey_id, [participant]))[participant]
    await running.enter(old)
    answer = await leader.asks(running.code_commands.RenewCode, renewal(survey_id, participant))
    assert await refusal(running.enter(old)) == "code_revoked"
    assert (await running.enter(answer.code.code)).pupil.write_only


async def test_new_codes_for_a_lost_sheet_leave_used_ones_alone(running: RunningService) -> None:
    leader = await running.leader()
    survey_id, used, unused = await opened(leader, "3C"), str(uuid4()), str(uuid4())
    first = await leader.makes_codes(survey_id, [used, unused])
    await running.enter(first[used])
    second = await leader.makes_codes(survey_id, [used, unused])
    assert set(second) == {unused}
    assert await refusal(running.enter(first[unused])) == "code_revoked"
    assert not (await running.enter(second[unused])).pupil.write_only
    states = await leader.asks(
        running.codes.ListCodeStates, codes_pb2.ListCodeStatesRequest(survey_id=survey_id)
    )
    renewed = {code.participant_id: code.is_renewed for code in states.codes}
    assert renewed == {used: False, unused: True}


async def test_of_many_who_type_one_code_at_once_one_is_first(running: RunningService) -> None:
    leader = await running.leader()
    survey_id, participant = await opened(leader, "4C"), str(uuid4())
    code = (await leader.makes_codes(survey_id, [participant]))[participant]
    entered = await asyncio.gather(*(running.enter(code) for _ in range(8)))
    assert sorted(one.pupil.write_only for one in entered) == [False] + [True] * 7


async def test_right_codes_pass_while_their_address_guesses(running: RunningService) -> None:
    leader = await running.leader()
    survey_id = await opened(leader, "5C")
    participants = [str(uuid4()) for _ in range(30)]
    codes = await leader.makes_codes(survey_id, participants)
    guesses = [running.enter(new_code(), "one address") for _ in range(60)]
    rights = [running.enter(code, "one address") for code in codes.values()]
    outcomes = await asyncio.gather(*guesses, *rights, return_exceptions=True)
    refused = [getattr(outcome, "code", "let in") for outcome in outcomes[:60]]
    assert set(refused) == {"code_unknown", "too_many_wrong_codes"}
    assert {one.pupil.participant_id for one in outcomes[60:]} == set(participants)


async def test_another_teacher_makes_and_sees_no_codes(running: RunningService) -> None:
    leader, teacher = await running.leader(), await running.teacher()
    survey_id = await opened(leader, "6C")
    with pytest.raises(Forbidden):
        await teacher.makes_codes(survey_id, [str(uuid4())])
    with pytest.raises(Forbidden):
        await teacher.asks(
            running.codes.ListCodeStates, codes_pb2.ListCodeStatesRequest(survey_id=survey_id)
        )


async def test_closing_ends_the_pupils_sessions(running: RunningService) -> None:
    leader = await running.leader()
    survey_id, participant = await opened(leader, "7C"), str(uuid4())
    code = (await leader.makes_codes(survey_id, [participant]))[participant]
    entered = await running.enter(code)
    await publish_closing(running, survey_id)
    async with asyncio.timeout(20):
        while await is_alive(running, entered.session_token):  # noqa: ASYNC110  # Another process tells.
            await asyncio.sleep(0.1)
    assert await refusal(running.enter(code)) == "survey_closed"


async def is_alive(running: RunningService, session_token: str) -> bool:
    try:
        await running.sessions.IssuePassport(
            sessions_pb2.IssuePassportRequest(session_token=session_token)
        )
    except Unauthenticated:
        return False
    return True


async def publish_closing(running: RunningService, survey_id: str) -> None:
    """What surveys' relay does after a closing; twice, as may happen."""
    now = datetime.now(UTC)
    closed = surveys_events_pb2.SurveyClosed(
        school_id=str(school(TUN).id), survey_id=survey_id, at=timestamp_of(now)
    )
    fact = Fact.new(
        RandomIds(),
        "samspill.surveys.survey.closed.v1",
        closed.SerializeToString(),
        at=now,
        survey_id=SurveyId.parse(survey_id),
    )
    bus = EventBus("surveys", running.nats.url("surveys"))
    await bus.start()
    await bus.declare(STREAMS["surveys"])
    jetstream = await bus.stream()
    for _ in range(2):
        await jetstream.publish(fact.subject, fact.payload, headers=fact.headers)
    await bus.stop()

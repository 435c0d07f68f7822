"""Facts over a real stream: out when NATS is there again, in once however often they come."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import nats
import pytest
from nats.aio.client import Client

from samspill.responses.v1 import responses_events_pb2
from samspill.surveys.v1 import surveys_events_pb2
from samspill.surveys.v1 import surveys_pb2 as pb
from samspill_kit.events import STREAMS, EventBus
from samspill_kit.facts import Fact
from samspill_kit.grpc.timestamps import timestamp_of
from samspill_kit.ids import RandomIds, SurveyId
from samspill_kit.testing.nats import NatsServer
from samspill_kit.testing.passports import PassportOffice
from services.surveys.tests.fake_service import SCHOOL, TEACHER
from services.surveys.tests.integration.conftest import RunningService
from services.surveys.tests.integration.test_rpc import Gateway


@pytest.fixture
def gateway(running: RunningService, passport_office: PassportOffice) -> Gateway:
    return Gateway(running, passport_office)


@pytest.fixture
async def responses_bus(nats_server: NatsServer) -> AsyncIterator[EventBus]:
    bus = EventBus("responses", nats_server.url("responses"))
    await bus.start()
    await bus.declare(STREAMS["responses"])
    yield bus
    await bus.stop()


async def facts_about(nats_server: NatsServer, survey_id: str, *, wanted: int) -> list[str]:
    """The subjects told about a survey, as soon as there are as many as wanted."""
    client: Client = await nats.connect(nats_server.url("administrator"))
    try:
        async with asyncio.timeout(20):
            while True:
                subjects = await _told(client, survey_id)
                if len(subjects) >= wanted:
                    return sorted(subjects)
                await asyncio.sleep(0.1)
    finally:
        await client.close()


async def _told(client: Client, survey_id: str) -> list[str]:
    jetstream = client.jetstream()
    told = []
    try:
        state = (await jetstream.stream_info("SURVEYS")).state
    except nats.js.errors.Error:
        return []
    for sequence in range(max(state.first_seq, 1), state.last_seq + 1):
        message = await jetstream.get_msg("SURVEYS", sequence)
        if (message.headers or {}).get("ce-subject") == survey_id:
            told.append(str(message.subject))
    return told


async def test_facts_wait_for_the_stream_and_survive_the_loss_of_its_volume(
    gateway: Gateway, running: RunningService, nats_server: NatsServer
) -> None:
    nats_server.stop()
    try:
        survey = await gateway.open()
        with gateway.acting(TEACHER):
            request = pb.CloseSurveyRequest(survey_id=survey.survey_id)
            closed = (await running.commands.CloseSurvey(request)).survey
        assert closed.state == pb.SURVEY_STATE_CLOSED
    finally:
        nats_server.wipe()
        nats_server.start()

    subjects = await facts_about(nats_server, survey.survey_id, wanted=2)

    assert subjects == [
        "samspill.surveys.survey.closed.v1",
        "samspill.surveys.survey.opened.v1",
    ]


async def test_a_sealing_told_twice_closes_once_at_the_moment_it_names(
    gateway: Gateway, nats_server: NatsServer, responses_bus: EventBus
) -> None:
    survey = await gateway.open()
    sealed_at = datetime.now(UTC).replace(microsecond=0)
    message = responses_events_pb2.SurveySealed(
        school_id=str(SCHOOL), survey_id=survey.survey_id, at=timestamp_of(sealed_at)
    )
    jetstream = await responses_bus.stream()
    for _ in range(2):
        fact = Fact.new(
            RandomIds(),
            "samspill.responses.survey.sealed.v1",
            message.SerializeToString(),
            at=sealed_at,
            survey_id=SurveyId.parse(survey.survey_id),
        )
        await jetstream.publish(fact.subject, fact.payload, headers=fact.headers)

    subjects = await facts_about(nats_server, survey.survey_id, wanted=2)

    shown = await gateway.get(survey.survey_id)
    assert subjects.count("samspill.surveys.survey.closed.v1") == 1
    assert shown.closed_at.ToDatetime(tzinfo=UTC) == sealed_at


async def test_what_is_told_holds_ids_and_no_words(
    gateway: Gateway, running: RunningService, nats_server: NatsServer
) -> None:
    survey = await gateway.open()
    await facts_about(nats_server, survey.survey_id, wanted=1)
    client: Client = await nats.connect(nats_server.url("administrator"))
    try:
        jetstream = client.jetstream()
        last = (await jetstream.stream_info("SURVEYS")).state.last_seq
        message = await jetstream.get_msg("SURVEYS", last)
    finally:
        await client.close()

    opened = surveys_events_pb2.SurveyOpened.FromString(message.data or b"")
    assert (opened.survey_id, opened.school_id) == (survey.survey_id, str(SCHOOL))
    for word in ("Trivsel", "6A", "Kari", "Ada"):
        assert word.encode() not in (message.data or b"")
        assert word not in str(message.headers)

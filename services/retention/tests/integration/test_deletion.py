"""A deletion over mutual TLS to a receipt that anyone can check (SPEC T1, T2, T4, P1, I4)."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import nats
import pytest
from joserfc import jws
from joserfc.errors import BadSignatureError
from joserfc.jwk import OKPKey
from nats.aio.client import Client

from samspill.retention.v1 import keys_pb2, lifetimes_pb2, retention_events_pb2
from samspill.surveys.v1 import surveys_events_pb2
from samspill_kit.errors import DomainError
from samspill_kit.events import STREAMS, EventBus
from samspill_kit.facts import Fact
from samspill_kit.grpc.timestamps import timestamp_of
from samspill_kit.ids import RandomIds
from samspill_kit.testing.clocks import SetClock
from samspill_kit.testing.nats import NatsServer
from samspill_retention.domain.deletion import SERVICES
from samspill_retention.keystore.files import FolderPlace
from samspill_retention.keystore.receipts import JwsReceiptSigner
from samspill_retention.keystore.root_key import RootKeyWrapping
from samspill_retention.keystore.store import WrappedKeyStore
from services.retention.tests.integration.conftest import Running
from services.retention.tests.sample import School

PATIENCE = 20


async def eventually(look: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            if await look():
                return
            await asyncio.sleep(0.1)


async def receipted(running: Running, school: School) -> lifetimes_pb2.Deletion:
    async def is_signed() -> bool:
        found = await running.deletion(school)
        return found.state == lifetimes_pb2.DELETION_STATE_RECEIPT_SIGNED

    await eventually(is_signed)
    return await running.deletion(school)


async def public_key(running: Running) -> OKPKey:
    root_key = (running.keys_folder.parent / "root").read_bytes()
    store = WrappedKeyStore(RootKeyWrapping(root_key), FolderPlace(running.keys_folder), SetClock())
    jwk: Any = JwsReceiptSigner(await store.receipt_key()).public_jwk()
    return OKPKey.import_key(jwk)


def survey_key_request(school: School, purpose: str) -> keys_pb2.IssueSurveyKeyRequest:
    return keys_pb2.IssueSurveyKeyRequest(
        school_id=str(school.id), survey_id=str(school.survey_id), purpose=purpose
    )


async def code_of(answer: Awaitable[object]) -> str:
    with pytest.raises(DomainError) as refused:
        await answer
    return refused.value.code


async def test_all_four_have_locked_when_the_call_returns(running: Running, school: School) -> None:
    deletion = await running.delete(school)
    assert deletion.state == lifetimes_pb2.DELETION_STATE_LOCKED
    assert sorted(each.service for each in deletion.services if each.is_locked) == sorted(SERVICES)
    for erasure in running.neighbours.erasures.values():
        assert erasure.of(str(school.survey_id)) == ["lock"]


async def test_a_deletion_at_once_ends_with_a_receipt_that_verifies(
    running: Running, school: School
) -> None:
    key_file = running.keys_folder / "surveys" / f"{school.survey_id}.key"
    assert key_file.exists()
    await running.delete(school, at_once=True)
    deletion = await receipted(running, school)
    assert not key_file.exists()

    receipt = deletion.receipt
    key = await public_key(running)
    verified = jws.deserialize_compact(receipt.jws, key, algorithms=["Ed25519"])
    assert verified.payload.decode() == receipt.json
    said = json.loads(receipt.json)
    assert said["survey_id"] == str(school.survey_id)
    assert {name: each["rows"] for name, each in said["services"].items()} == {
        name: {f"rows_of_{name}": 7} for name in SERVICES
    }
    assert said["key_gone_after"] == receipt.key_gone_after
    for name in SERVICES:
        asked = running.neighbours.erasures[name].of(str(school.survey_id))
        assert asked == ["lock", "erase"]


async def test_a_receipt_with_another_count_does_not_verify(
    running: Running, school: School
) -> None:
    """The control: what is signed cannot be changed."""
    await running.delete(school, at_once=True)
    receipt = (await receipted(running, school)).receipt
    header, payload, signature = receipt.jws.split(".")
    text = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    forged = base64.urlsafe_b64encode(text.replace(b":7", b":8")).rstrip(b"=").decode()
    assert forged != payload
    key = await public_key(running)
    with pytest.raises(BadSignatureError):
        jws.deserialize_compact(f"{header}.{forged}.{signature}", key, algorithms=["Ed25519"])


async def test_a_service_that_is_away_keeps_it_locking_until_it_is_back(
    running: Running, school: School
) -> None:
    responses = running.neighbours.erasures["responses"]
    responses.is_away = True
    try:
        deletion = await running.delete(school, at_once=True)
        assert deletion.state == lifetimes_pb2.DELETION_STATE_LOCKING
        waiting = [each.service for each in deletion.services if not each.is_locked]
        assert waiting == ["responses"]
        assert (running.keys_folder / "surveys" / f"{school.survey_id}.key").exists()
    finally:
        responses.is_away = False
    await receipted(running, school)


async def test_a_deletion_taken_back_unlocks_and_keys_are_issued_again(
    running: Running, school: School
) -> None:
    request = survey_key_request(school, "answers")
    keys = running.keys_as("responses")
    before = (await keys.IssueSurveyKey(request)).key
    await running.delete(school)
    assert await code_of(keys.IssueSurveyKey(request)) == "survey_is_locked"
    with running.acting(school.leader):
        answer = await running.commands.TakeBackDeletion(
            lifetimes_pb2.TakeBackDeletionRequest(survey_id=str(school.survey_id))
        )
    assert answer.deletion.state == lifetimes_pb2.DELETION_STATE_TAKEN_BACK
    assert not any(each.is_locked for each in answer.deletion.services)
    assert (await keys.IssueSurveyKey(request)).key == before


async def test_no_sub_key_is_issued_once_the_key_file_is_gone(
    running: Running, school: School
) -> None:
    """SPEC P1: also when only the file is gone, as after a restored database."""
    (running.keys_folder / "surveys" / f"{school.survey_id}.key").unlink()
    keys = running.keys_as("responses")
    answer = keys.IssueSurveyKey(survey_key_request(school, "answers"))
    assert await code_of(answer) == "survey_key_is_gone"


async def test_each_caller_gets_its_own_purpose_and_no_other(
    running: Running, school: School
) -> None:
    responses = running.keys_as("responses")
    issued = await responses.IssueSurveyKey(survey_key_request(school, "answers"))
    assert len(issued.key) == 32
    for purpose in ("participants", "notes", "follow_ups"):
        answer = responses.IssueSurveyKey(survey_key_request(school, purpose))
        assert await code_of(answer) == "key_purpose_not_for_caller"
    pepper = keys_pb2.IssuePepperRequest()
    assert await code_of(responses.IssuePepper(pepper)) == "key_purpose_not_for_caller"
    assert len((await running.keys_as("identity").IssuePepper(pepper)).pepper) == 32
    assert await code_of(running.keys_as("gateway").IssuePepper(pepper)) == "caller_not_allowed"


async def test_another_school_gets_the_answer_for_what_does_not_exist(
    running: Running, school: School
) -> None:
    """SPEC I4: error, code and details are those of a survey that was never made."""
    await running.delete(school)
    stranger, nothing = School(), School()
    seen = []
    for survey_id in (school.survey_id, nothing.survey_id):
        request = lifetimes_pb2.GetDeletionRequest(survey_id=str(survey_id))
        with running.acting(stranger.leader), pytest.raises(DomainError) as refused:
            await running.queries.GetDeletion(request)
        seen.append((refused.value.code, set(refused.value.details)))
    assert seen[0] == seen[1]
    with running.acting(stranger.leader):
        listed = await running.queries.ListDeletions(lifetimes_pb2.ListDeletionsRequest())
    assert list(listed.deletions) == []
    with running.acting(school.leader):
        own = await running.queries.ListDeletions(lifetimes_pb2.ListDeletionsRequest())
    assert [each.survey_id for each in own.deletions] == [str(school.survey_id)]


async def test_a_colleague_without_the_right_is_refused(running: Running, school: School) -> None:
    request = lifetimes_pb2.DeleteSurveyRequest(survey_id=str(school.survey_id))
    with running.acting(school.colleague), pytest.raises(DomainError) as refused:
        await running.commands.DeleteSurvey(request)
    assert refused.value.code == "may_not_delete"


@pytest.mark.parametrize(
    ("day", "code"),
    [("2099-01-01", "delete_on_past_ceiling"), ("2027-02-30", "delete_on_malformed")],
)
async def test_a_last_day_that_cannot_be_is_refused(running: Running, day: str, code: str) -> None:
    school = School()
    answer = running.lifetimes.RegisterSurvey(
        lifetimes_pb2.RegisterSurveyRequest(
            school_id=str(school.id),
            survey_id=str(school.survey_id),
            created_by=str(school.creator_id),
            delete_on=day,
        )
    )
    assert await code_of(answer) == code


async def test_a_closed_survey_is_noted_once_however_often_it_is_told(
    running: Running, school: School, nats_server: NatsServer
) -> None:
    closed_at = datetime.now(UTC).replace(microsecond=0)
    message = surveys_events_pb2.SurveyClosed(
        school_id=str(school.id), survey_id=str(school.survey_id), at=timestamp_of(closed_at)
    )
    fact = Fact.new(
        RandomIds(),
        "samspill.surveys.survey.closed.v1",
        message.SerializeToString(),
        at=closed_at,
        survey_id=school.survey_id,
    )
    bus = EventBus("surveys", nats_server.url("surveys"))
    await bus.start()
    try:
        await bus.declare(STREAMS["surveys"])
        jetstream = await bus.stream()
        for _ in range(2):
            await jetstream.publish(fact.subject, fact.payload, headers=fact.headers)
    finally:
        await bus.stop()

    async def is_noted() -> bool:
        async with running.storage.begin(school.id) as work:
            lifetime = await work.lifetimes.find(school.survey_id)
        return lifetime is not None and lifetime.closed_at == closed_at

    await eventually(is_noted)


async def test_an_erased_survey_is_told_with_ids_alone(
    running: Running, school: School, nats_server: NatsServer
) -> None:
    await running.delete(school, at_once=True)
    client: Client = await nats.connect(nats_server.url("administrator"))
    try:
        jetstream = client.jetstream()

        async def is_told() -> bool:
            return str(school.survey_id) in await told(jetstream)

        await eventually(is_told)
        assert (await told(jetstream)).count(str(school.survey_id)) == 1
    finally:
        await client.close()


async def told(jetstream: nats.js.JetStreamContext) -> list[str]:
    try:
        state = (await jetstream.stream_info("RETENTION")).state
    except nats.js.errors.Error:
        return []
    surveys = []
    for sequence in range(max(state.first_seq, 1), state.last_seq + 1):
        message = await jetstream.get_msg("RETENTION", sequence)
        event = retention_events_pb2.SurveyErased.FromString(message.data or b"")
        surveys.append(event.survey_id)
    return surveys

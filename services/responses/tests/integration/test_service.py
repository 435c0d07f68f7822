"""The service over mutual TLS, passports, PostgreSQL and NATS (SPEC R1-R4, S6, S8, I8, P3, T4)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from google.protobuf.timestamp_pb2 import Timestamp

from samspill.responses.v1 import acceptance_pb2, answers_pb2, answers_pb2_grpc, erasure_pb2
from samspill.responses.v1 import responses_events_pb2 as events_pb
from samspill_kit.errors import DomainError
from samspill_kit.events import STREAMS, EventBus
from samspill_kit.grpc.call import on_behalf, with_permit
from samspill_kit.ids import SessionId
from samspill_kit.principal import Level
from samspill_kit.testing.certificates import Authority
from samspill_kit.testing.fixtures import MigratedDatabase
from samspill_kit.testing.nats import NatsServer
from samspill_kit.testing.passports import PassportOffice
from samspill_responses.domain.answers import AnswerKind
from services.responses.tests.integration.whole_service import Stubs, Whole, running
from services.responses.tests.sample import (
    FRIENDS,
    NOW,
    QUESTIONS,
    RECESS,
    SUBJECTS,
    WORDS,
    SchoolClass,
    made_up_number,
)
from services.responses.tests.storage import MIGRATIONS, Storage

STATE = answers_pb2.ParticipantState


@pytest.fixture(scope="module")
async def storage(migrated_database: MigratedDatabase) -> AsyncIterator[Storage]:
    """A database of this module's own: the service's timers look through all of it."""
    storage = Storage(await migrated_database("responses", MIGRATIONS))
    await storage.start()
    yield storage
    await storage.stop()


@pytest.fixture(scope="module")
async def whole(
    tmp_path_factory: pytest.TempPathFactory,
    storage: Storage,
    nats_server: NatsServer,
    authority: Authority,
    passport_office: PassportOffice,
) -> AsyncIterator[Whole]:
    folder: Path = tmp_path_factory.mktemp("responses")
    async with running(folder, storage.urls, nats_server, authority, passport_office) as whole:
        yield whole


@pytest.fixture(scope="module")
async def stubs(whole: Whole) -> Stubs:
    return Stubs(whole)


@pytest.fixture
async def of(stubs: Stubs) -> SchoolClass:
    """A prepared survey of its own school."""
    of = SchoolClass()
    await stubs.acceptance.PrepareSurvey(prepare_request(of))
    return of


def prepare_request(
    of: SchoolClass, *, closes_in: timedelta = timedelta(days=7)
) -> acceptance_pb2.PrepareSurveyRequest:
    told = of.preparation()
    closes_at = Timestamp()
    closes_at.FromDatetime(NOW + closes_in)
    return acceptance_pb2.PrepareSurveyRequest(
        school_id=str(of.school_id),
        survey_id=str(of.survey_id),
        questions=[
            acceptance_pb2.AcceptedQuestion(
                question_id=str(question.id),
                kind=acceptance_pb2.AnswerKind.Value(f"ANSWER_KIND_{question.kind.name}"),
                option_keys=sorted(question.option_keys),
                max_nominees=question.max_nominees,
            )
            for question in QUESTIONS
        ],
        participants=[
            acceptance_pb2.AcceptedParticipant(
                participant_id=str(each.id), participant_group=each.group
            )
            for each in told.participants
        ],
        list_version=1,
        closes_at=closes_at,
        delete_on="2050-06-30",
        ceiling_on="2054-06-30",
        created_by=str(of.creator),
        group_ids=[str(of.group)],
    )


def said(of: SchoolClass) -> list[answers_pb2.Answer]:
    """One answer of every kind."""
    nominees = answers_pb2.Nominees(participant_ids=[str(of.ali), str(of.eva)])
    return [
        answers_pb2.Answer(question_id=str(RECESS), option="good"),
        answers_pb2.Answer(
            question_id=str(SUBJECTS), options=answers_pb2.OptionKeys(keys=["art", "maths"])
        ),
        answers_pb2.Answer(question_id=str(WORDS), text="Jeg leker med Ali i skogen."),
        answers_pb2.Answer(question_id=str(FRIENDS), nominees=nominees),
    ]


def save(
    of: SchoolClass, answers: list[answers_pb2.Answer], *, sequence: int = 1
) -> answers_pb2.SaveAnswersRequest:
    page = str(of.session)
    return answers_pb2.SaveAnswersRequest(
        page_id=page, sequence=sequence, answers=answers, list_version=1
    )


def submit(of: SchoolClass, *, sequence: int = 9) -> answers_pb2.SubmitAnswersRequest:
    return answers_pb2.SubmitAnswersRequest(
        page_id=str(of.session), sequence=sequence, list_version=1
    )


def ids(of: SchoolClass) -> dict[str, str]:
    return {"school_id": str(of.school_id), "survey_id": str(of.survey_id)}


async def code_of(refused: object) -> str:
    with pytest.raises(DomainError) as caught:
        await refused  # type: ignore[misc]
    return caught.value.code


async def test_a_pupil_answers_hands_in_and_a_reader_with_a_permit_reads(
    whole: Whole, stubs: Stubs, of: SchoolClass
) -> None:
    with on_behalf(passport=whole.pupil(of)):
        saved = await stubs.commands.SaveAnswers(save(of, said(of)))
        page = await stubs.queries.GetPage(answers_pb2.GetPageRequest())
        receipt = await stubs.commands.SubmitAnswers(submit(of))
    assert saved.state == STATE.PARTICIPANT_STATE_STARTED
    shown = {each.answer.question_id: each.answer for each in page.answers}
    assert shown == {each.question_id: each for each in said(of)}
    assert (receipt.answered, receipt.skipped) == (4, 0)
    await stubs.acceptance.SealSurvey(acceptance_pb2.SealSurveyRequest(**ids(of)))
    with on_behalf(passport=whole.staff(of)), with_permit(whole.permit(of)):
        read = await stubs.reports.ListAnswers(
            answers_pb2.ListAnswersRequest(survey_id=str(of.survey_id))
        )
    assert {each.answer.question_id: each.answer for each in read.answers} == shown
    assert {each.participant_id for each in read.answers} == {str(of.nora)}
    assert len(read.participants) == 4


async def test_below_its_level_free_text_is_empty(
    whole: Whole, stubs: Stubs, of: SchoolClass
) -> None:
    with on_behalf(passport=whole.pupil(of)):
        await stubs.commands.SaveAnswers(save(of, said(of)))
    await stubs.acceptance.SealSurvey(acceptance_pb2.SealSurveyRequest(**ids(of)))
    request = answers_pb2.ListAnswersRequest(survey_id=str(of.survey_id))
    with on_behalf(passport=whole.staff(of)), with_permit(whole.permit(of, Level.NAMED)):
        read = await stubs.reports.ListAnswers(request)
    words = [each.answer for each in read.answers if each.answer.question_id == str(WORDS)]
    assert [(answer.WhichOneof("value"), answer.text) for answer in words] == [("text", "")]


async def test_nothing_is_read_without_a_permit_or_before_closing(
    whole: Whole, stubs: Stubs, of: SchoolClass
) -> None:
    request = answers_pb2.ListAnswersRequest(survey_id=str(of.survey_id))
    other = SchoolClass()
    with on_behalf(passport=whole.staff(of)):
        assert await code_of(stubs.reports.ListAnswers(request)) == "permit_missing"
        with with_permit(whole.permit(of)):
            assert await code_of(stubs.reports.ListAnswers(request)) == "survey_not_closed"
        with with_permit(whole.permit(other)):
            assert await code_of(stubs.reports.ListAnswers(request)) == "permit_mismatch"


async def test_a_code_typed_anew_reads_nothing_and_can_replace(
    whole: Whole, stubs: Stubs, of: SchoolClass
) -> None:
    with on_behalf(passport=whole.pupil(of)):
        await stubs.commands.SaveAnswers(save(of, said(of)))
    with on_behalf(passport=whole.pupil(of, session=SessionId(uuid4()))):
        page = await stubs.queries.GetPage(answers_pb2.GetPageRequest())
        assert len(page.answers) == 4
        assert not any(each.HasField("answer") for each in page.answers)
        replaced = answers_pb2.Answer(question_id=str(RECESS), option="bad")
        await stubs.commands.SaveAnswers(save(of, [replaced], sequence=2))
        page = await stubs.queries.GetPage(answers_pb2.GetPageRequest())
    assert [each.answer for each in page.answers if each.HasField("answer")] == [replaced]


async def test_what_the_form_does_not_allow_is_refused_with_its_code(
    whole: Whole, stubs: Stubs, of: SchoolClass
) -> None:
    number = f"{made_up_number()[:6]} {made_up_number()[6:]}"
    self_chosen = answers_pb2.Nominees(participant_ids=[str(of.nora)])
    three = answers_pb2.Nominees(participant_ids=[str(of.ali), str(of.eva), str(of.stranger)])
    refused = {
        "option_unknown": answers_pb2.Answer(question_id=str(RECESS), option="superb"),
        "answer_kind_wrong": answers_pb2.Answer(question_id=str(RECESS), nobody=True),
        "question_unknown": answers_pb2.Answer(question_id=str(uuid4()), skipped=True),
        "nominee_unknown": answers_pb2.Answer(question_id=str(FRIENDS), nominees=self_chosen),
        "national_identity_number": answers_pb2.Answer(question_id=str(WORDS), text=number),
        "too_many_nominees": answers_pb2.Answer(question_id=str(FRIENDS), nominees=three),
    }
    with on_behalf(passport=whole.pupil(of)):
        for code, answer in refused.items():
            assert await code_of(stubs.commands.SaveAnswers(save(of, [answer]))) == code
        page = await stubs.queries.GetPage(answers_pb2.GetPageRequest())
    assert list(page.answers) == []


async def test_late_answers_are_refused_and_the_clock_seals_by_itself(
    whole: Whole, stubs: Stubs, storage: Storage
) -> None:
    late = SchoolClass()
    await stubs.acceptance.PrepareSurvey(prepare_request(late, closes_in=timedelta(seconds=-1)))
    with on_behalf(passport=whole.pupil(late)):
        assert await code_of(stubs.commands.SaveAnswers(save(late, said(late)))) == "survey_closed"
    async with asyncio.timeout(20):
        while not await storage.outbox(late):  # noqa: ASYNC110  # A row has no event.
            await asyncio.sleep(0.1)
    [(subject, body)] = await storage.outbox(late)
    assert subject == "samspill.responses.survey.sealed.v1"
    sealed_at = events_pb.SurveySealed.FromString(body).at
    assert sealed_at == prepare_request(late, closes_in=timedelta(seconds=-1)).closes_at


async def test_sealing_twice_gives_the_same_moment(stubs: Stubs, of: SchoolClass) -> None:
    request = acceptance_pb2.SealSurveyRequest(**ids(of))
    first = await stubs.acceptance.SealSurvey(request)
    assert await stubs.acceptance.SealSurvey(request) == first


async def test_a_late_joiner_answers_and_is_chosen_and_a_leaver_is_refused(
    whole: Whole, stubs: Stubs, of: SchoolClass
) -> None:
    newcomer = SchoolClass().nora
    with on_behalf(passport=whole.pupil(of)):
        await stubs.commands.SaveAnswers(save(of, said(of)))
    listed = prepare_request(of).participants
    await stubs.acceptance.ChangeParticipants(
        acceptance_pb2.ChangeParticipantsRequest(
            **ids(of),
            participants=[
                *(each for each in listed if each.participant_id != str(of.ali)),
                acceptance_pb2.AcceptedParticipant(
                    participant_id=str(newcomer), participant_group=1
                ),
            ],
            list_version=2,
        )
    )
    chosen = answers_pb2.Answer(
        question_id=str(FRIENDS), nominees=answers_pb2.Nominees(participant_ids=[str(newcomer)])
    )
    request = save(of, [chosen], sequence=2)
    request.list_version = 2
    with on_behalf(passport=whole.pupil(of)):
        await stubs.commands.SaveAnswers(request)
    with on_behalf(passport=whole.pupil(of, of.ali)):
        code = await code_of(stubs.commands.SaveAnswers(save(of, said(of)[:1])))
    assert code == "participant_not_found"


async def test_status_tells_who_is_done_to_the_school_alone(
    whole: Whole, stubs: Stubs, of: SchoolClass
) -> None:
    with on_behalf(passport=whole.pupil(of)):
        await stubs.commands.SubmitAnswers(submit(of))
    listing = answers_pb2.ListParticipantStatesRequest(survey_id=str(of.survey_id))
    counting = answers_pb2.CountParticipantStatesRequest(survey_ids=[str(of.survey_id)])
    with on_behalf(passport=whole.staff(of)):
        listed = await stubs.status.ListParticipantStates(listing)
        counted = await stubs.status.CountParticipantStates(counting)
    states = {each.participant_id: each.state for each in listed.participants}
    assert states[str(of.nora)] == STATE.PARTICIPANT_STATE_DECLINED
    assert states[str(of.ali)] == STATE.PARTICIPANT_STATE_NOT_STARTED
    assert [(each.participants, each.submitted) for each in counted.surveys] == [(4, 1)]
    with on_behalf(passport=whole.staff(SchoolClass())):
        assert await code_of(stubs.status.ListParticipantStates(listing)) == "survey_not_found"
        assert list((await stubs.status.CountParticipantStates(counting)).surveys) == []


@pytest.mark.parametrize("caller", ["reports", "surveys", "identity", "retention"])
async def test_only_the_gateway_saves(whole: Whole, of: SchoolClass, caller: str) -> None:
    stub = whole.stub(answers_pb2_grpc.AnswerCommandServiceStub, caller=caller)
    with on_behalf(passport=whole.pupil(of)):
        assert await code_of(stub.SaveAnswers(save(of, said(of)))) == "caller_not_allowed"


async def test_staff_cannot_answer_and_pupils_see_no_status(
    whole: Whole, stubs: Stubs, of: SchoolClass
) -> None:
    with on_behalf(passport=whole.staff(of)):
        code = await code_of(stubs.commands.SaveAnswers(save(of, said(of))))
        assert code == "passport_of_other_kind"
    listing = answers_pb2.ListParticipantStatesRequest(survey_id=str(of.survey_id))
    with on_behalf(passport=whole.pupil(of)):
        code = await code_of(stubs.status.ListParticipantStates(listing))
        assert code == "passport_of_other_kind"


async def test_withdrawing_leaves_no_answer_in_any_table(
    whole: Whole, stubs: Stubs, storage: Storage, of: SchoolClass
) -> None:
    with on_behalf(passport=whole.pupil(of)):
        await stubs.commands.SaveAnswers(save(of, said(of)))
    with on_behalf(passport=whole.pupil(of, session=SessionId(uuid4()))):
        await stubs.commands.SaveAnswers(save(of, said(of), sequence=2))
        assert await storage.count("answer_versions", of) == 4
        await stubs.commands.WithdrawAnswers(answers_pb2.WithdrawAnswersRequest())
    assert await storage.count("answers", of) == 0
    assert await storage.count("answer_versions", of) == 0
    assert await storage.states_told(of) == ["started", "declined"]


async def test_the_database_holds_no_word_of_an_answer(
    whole: Whole, stubs: Stubs, storage: Storage, of: SchoolClass
) -> None:
    with on_behalf(passport=whole.pupil(of)):
        await stubs.commands.SaveAnswers(save(of, said(of)))
    async with storage.app.scope([of.school_id]) as session:
        rows = (await session.execute(sa.text("SELECT a::text FROM answers a"))).scalars().all()
    assert len(rows) == 4
    dump = "".join(rows).lower()
    plain = ["skogen", "good", "maths", str(of.ali), of.ali.value.hex]
    for word in plain:
        assert word not in dump
        assert word.encode().hex() not in dump


async def test_a_deletion_locks_takes_back_and_erases(
    whole: Whole, stubs: Stubs, storage: Storage, of: SchoolClass
) -> None:
    with on_behalf(passport=whole.pupil(of)):
        await stubs.commands.SaveAnswers(save(of, said(of)))
    await stubs.erasure.LockSurvey(erasure_pb2.LockSurveyRequest(**ids(of)))
    with on_behalf(passport=whole.pupil(of)):
        code = await code_of(stubs.commands.SaveAnswers(save(of, said(of), sequence=2)))
        assert code == "survey_is_locked"
        assert await code_of(stubs.queries.GetPage(answers_pb2.GetPageRequest())) == code
    await stubs.erasure.UnlockSurvey(erasure_pb2.UnlockSurveyRequest(**ids(of)))
    with on_behalf(passport=whole.pupil(of)):
        page = await stubs.queries.GetPage(answers_pb2.GetPageRequest())
    assert len(page.answers) == 4
    await stubs.erasure.LockSurvey(erasure_pb2.LockSurveyRequest(**ids(of)))
    whole.neighbours.destroyed.add(str(of.survey_id))
    request = erasure_pb2.EraseSurveyRequest(**ids(of))
    erased = await stubs.erasure.EraseSurvey(request)
    assert erased.rows["answers"] == 4
    assert await stubs.erasure.EraseSurvey(request) == erased
    assert await storage.count("answers", of) == 0
    with on_behalf(passport=whole.pupil(of)):
        code = await code_of(stubs.queries.GetPage(answers_pb2.GetPageRequest()))
    assert code == "survey_not_found"


async def test_a_held_key_carries_a_class_through_while_retention_is_down(
    whole: Whole, stubs: Stubs, of: SchoolClass
) -> None:
    with on_behalf(passport=whole.pupil(of)):
        await stubs.commands.SaveAnswers(save(of, said(of)))
    whole.neighbours.is_retention_down = True
    try:
        with on_behalf(passport=whole.pupil(of, of.eva)):
            answers = said(of)[:3]
            await stubs.commands.SaveAnswers(save(of, answers, sequence=2))
            receipt = await stubs.commands.SubmitAnswers(submit(of))
        assert receipt.answered == 3
        await stubs.acceptance.SealSurvey(acceptance_pb2.SealSurveyRequest(**ids(of)))
    finally:
        whole.neighbours.is_retention_down = False


async def test_facts_reach_the_stream_with_ids_alone(
    whole: Whole, stubs: Stubs, nats_server: NatsServer, of: SchoolClass
) -> None:
    with on_behalf(passport=whole.pupil(of)):
        await stubs.commands.SaveAnswers(save(of, said(of)))
        await stubs.commands.SubmitAnswers(submit(of))
    bus = EventBus("test", nats_server.url("administrator"))
    await bus.start()
    try:
        told = await _told_about(bus, of)
    finally:
        await bus.stop()
    assert [each.state for each in told] == ["started", "submitted"]
    assert {each.participant_id for each in told} == {str(of.nora)}


async def _told_about(bus: EventBus, of: SchoolClass) -> list[events_pb.ParticipantStateChanged]:
    """The facts of this survey; the relay looks twice a second."""
    jetstream = await bus.stream()
    await bus.declare(STREAMS["responses"])
    subscription = await jetstream.subscribe(
        "samspill.responses.participant.>", stream="RESPONSES", ordered_consumer=True
    )
    told: list[events_pb.ParticipantStateChanged] = []
    async with asyncio.timeout(20):
        while len(told) < 2:
            message = await subscription.next_msg(timeout=20)
            fact = events_pb.ParticipantStateChanged.FromString(message.data)
            if fact.survey_id == str(of.survey_id):
                told.append(fact)
    await subscription.unsubscribe()
    return sorted(told, key=lambda fact: fact.at.ToNanoseconds())


def test_every_kind_of_question_is_answered_in_these_tests() -> None:
    assert {question.kind for question in QUESTIONS} == set(AnswerKind)

"""The service through its contract: mutual TLS, real passports, real PostgreSQL and NATS."""

import io
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

from samspill.surveys.v1 import erasure_pb2, erasure_pb2_grpc, surveys_pb2_grpc
from samspill.surveys.v1 import surveys_pb2 as pb
from samspill_kit.errors import (
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    Refused,
    Unauthenticated,
    Unavailable,
)
from samspill_kit.grpc import call
from samspill_kit.grpc.timestamps import timestamp_of
from samspill_kit.ids import ParticipantId, SessionId, SurveyId
from samspill_kit.principal import PupilPrincipal, StaffPrincipal
from samspill_kit.testing.passports import PassportOffice
from samspill_kit.testing.postgres import PostgresServer, ServiceUrls
from services.surveys.tests.fake_service import (
    LEADER,
    MUNICIPALITY,
    SCHOOL,
    STRANGER,
    TEACHER,
)
from services.surveys.tests.integration.conftest import RunningService


class Gateway:
    """Calls with somebody's passport."""

    def __init__(self, running: RunningService, identity: PassportOffice) -> None:
        self.running = running
        self.identity = identity

    def acting(self, person: StaffPrincipal | PupilPrincipal) -> AbstractContextManager[None]:
        return call.on_behalf(passport=self.identity.signer.passport(person), seconds=10)

    def wish(self, **changes: object) -> pb.CreateSurveyRequest:
        request = pb.CreateSurveyRequest(
            title="Trivsel i 6A",
            band=pb.GRADE_BAND_5_7,
            mode=pb.LEGAL_MODE_PREVENTIVE,
            group_ids=[self.running.neighbours.roster.group_id],
            closes_at=timestamp_of(datetime.now(UTC) + timedelta(days=7)),
            request_key=str(uuid4()),
        )
        request.MergeFrom(pb.CreateSurveyRequest(**changes))  # type: ignore[arg-type]
        return request

    async def draft(self, by: StaffPrincipal = TEACHER, **changes: object) -> pb.Survey:
        with self.acting(by):
            made = await self.running.commands.CreateSurvey(self.wish(**changes))
        return made.survey

    async def open(self, by: StaffPrincipal = TEACHER, **changes: object) -> pb.Survey:
        draft = await self.draft(by, **changes)
        with self.acting(by):
            request = pb.OpenSurveyRequest(survey_id=draft.survey_id)
            opened = await self.running.commands.OpenSurvey(request)
        return opened.survey

    async def get(self, survey_id: str, by: StaffPrincipal = TEACHER) -> pb.Survey:
        with self.acting(by):
            request = pb.GetSurveyRequest(survey_id=survey_id)
            return (await self.running.queries.GetSurvey(request)).survey

    async def names(self, survey_id: str) -> pb.ListParticipantsResponse:
        with self.acting(TEACHER):
            request = pb.ListParticipantsRequest(survey_id=survey_id)
            return await self.running.queries.ListParticipants(request)

    async def form(self, survey_id: str, participant_id: str) -> pb.GetFormResponse:
        with self.acting(pupil(survey_id, participant_id)):
            return await self.running.forms.GetForm(pb.GetFormRequest())


def pupil(survey_id: str, participant_id: str) -> PupilPrincipal:
    return PupilPrincipal(
        municipality_id=MUNICIPALITY,
        school_id=SCHOOL,
        survey_id=SurveyId.parse(survey_id),
        participant_id=ParticipantId.parse(participant_id),
        session_id=SessionId(uuid4()),
        write_only=False,
    )


@pytest.fixture
def gateway(running: RunningService, passport_office: PassportOffice) -> Gateway:
    return Gateway(running, passport_office)


async def test_a_survey_lives_from_draft_to_closed(
    gateway: Gateway, running: RunningService
) -> None:
    draft = await gateway.draft()
    before = await gateway.get(draft.survey_id)
    assert (before.state, len(before.questions)) == (pb.SURVEY_STATE_DRAFT, 22)
    assert [reader.display_name for reader in before.readers] == ["Kari Holm"]
    assert running.neighbours.grants.creators[draft.survey_id] == str(TEACHER.staff_id)
    assert running.neighbours.keys.delete_on[draft.survey_id] == draft.delete_on

    with gateway.acting(TEACHER):
        request = pb.OpenSurveyRequest(survey_id=draft.survey_id)
        opened = (await running.commands.OpenSurvey(request)).survey
    prepared = running.neighbours.acceptance.prepared[draft.survey_id]
    assert opened.state == pb.SURVEY_STATE_OPEN
    assert len(prepared.participants) == opened.participants
    assert [one.question_id for one in prepared.questions] == [
        one.question_id for one in opened.questions
    ]

    named = await gateway.names(draft.survey_id)
    assert [person.name for person in named.participants][-2:] == ["Ørjan", "Åse"]
    assert {person.participant_id for person in named.participants} == {
        one.participant_id for one in prepared.participants
    }

    with gateway.acting(TEACHER):
        closing = pb.CloseSurveyRequest(survey_id=draft.survey_id)
        closed = (await running.commands.CloseSurvey(closing)).survey
    assert closed.state == pb.SURVEY_STATE_CLOSED
    assert closed.closed_at.ToDatetime(tzinfo=UTC) == running.neighbours.acceptance.sealed_at


async def test_creating_again_with_the_same_key_gives_the_same_survey(
    gateway: Gateway, running: RunningService
) -> None:
    key = str(uuid4())

    assert (await gateway.draft(request_key=key)).survey_id == (
        await gateway.draft(request_key=key)
    ).survey_id


async def test_a_pupil_gets_the_form_and_only_with_a_pupils_passport(
    gateway: Gateway, running: RunningService
) -> None:
    survey = await gateway.open()
    one = (await gateway.names(survey.survey_id)).participants[0]

    form = await gateway.form(survey.survey_id, one.participant_id)

    assert len(form.questions) == 22
    assert [reader.display_name for reader in form.readers] == ["Kari Holm"]
    assert one.name in [person.name for person in form.participants]
    with gateway.acting(TEACHER), pytest.raises(DomainError) as refused:
        await running.forms.GetForm(pb.GetFormRequest())
    assert refused.value.code == "passport_of_other_kind"
    with (
        gateway.acting(pupil(survey.survey_id, one.participant_id)),
        pytest.raises(DomainError) as refused,
    ):
        await running.queries.ListSurveys(pb.ListSurveysRequest())
    assert refused.value.code == "passport_of_other_kind"


async def test_another_schools_survey_and_a_missing_one_answer_the_same(
    gateway: Gateway,
) -> None:
    survey = await gateway.open()
    answers = []
    for survey_id in (survey.survey_id, str(uuid4())):
        with pytest.raises(NotFound) as refused:
            await gateway.get(survey_id, by=STRANGER)
        answers.append((refused.value.code, dict(refused.value.details)))

    assert answers[0] == answers[1] == ("survey_not_found", {})


@pytest.mark.parametrize(
    ("changes", "kind", "code"),
    [
        (
            {"questions": [pb.QuestionChoice(catalogue_key="no_such_question")]},
            Invalid,
            "question_unknown",
        ),
        ({"delete_on": "2027-02-30"}, Invalid, "delete_on_malformed"),
        ({"delete_on": "soon"}, Invalid, "request_malformed"),
        ({"mode": pb.LEGAL_MODE_SUSPICION}, Refused, "suspicion_mode_not_ready"),
        (
            {"closes_at": timestamp_of(datetime(2020, 1, 1, tzinfo=UTC))},
            Invalid,
            "closing_time_not_ahead",
        ),
        ({"group_ids": [str(uuid4())]}, NotFound, "group_unknown"),
    ],
)
async def test_bad_input_has_a_kind_and_a_code(
    gateway: Gateway, changes: dict[str, object], kind: type[DomainError], code: str
) -> None:
    with pytest.raises(kind) as refused:
        await gateway.draft(**changes)

    assert refused.value.code == code


async def test_a_national_identity_number_is_refused_and_never_repeated(
    gateway: Gateway,
) -> None:
    # A synthetic number (month + 80) whose control digits hold.
    with pytest.raises(Invalid) as refused:
        await gateway.draft(title="Trivsel 178112 10013")

    assert refused.value.code == "national_identity_number"
    assert "10013" not in str(dict(refused.value.details))


async def test_only_the_listed_services_and_people_come_in(
    gateway: Gateway, running: RunningService
) -> None:
    survey = await gateway.open()
    lock = erasure_pb2.LockSurveyRequest(school_id=str(SCHOOL), survey_id=survey.survey_id)
    as_gateway = running.stub(erasure_pb2_grpc.SurveysErasureInternalServiceStub)
    as_reports = running.stub(surveys_pb2_grpc.SurveyCommandServiceStub, caller="reports")

    with pytest.raises(Forbidden, match="caller_not_allowed"):
        await as_gateway.LockSurvey(lock)
    with gateway.acting(TEACHER), pytest.raises(Forbidden, match="caller_not_allowed"):
        await as_reports.CloseSurvey(pb.CloseSurveyRequest(survey_id=survey.survey_id))
    with pytest.raises(Unauthenticated):
        await running.queries.ListSurveys(pb.ListSurveysRequest())
    stranger = PassportOffice().signer.passport(TEACHER)
    with call.on_behalf(passport=stranger, seconds=5), pytest.raises(Unauthenticated):
        await running.queries.ListSurveys(pb.ListSurveysRequest())


async def test_a_deletion_locks_and_then_leaves_nothing_but_a_tombstone(
    gateway: Gateway,
    running: RunningService,
    postgres: PostgresServer,
    database_urls: ServiceUrls,
) -> None:
    survey = await gateway.open()
    named = await gateway.names(survey.survey_id)
    ids = {"school_id": str(SCHOOL), "survey_id": survey.survey_id}
    running.neighbours.keys.locked.add(survey.survey_id)

    await running.erasure.LockSurvey(erasure_pb2.LockSurveyRequest(**ids))
    assert (await gateway.get(survey.survey_id)).state == pb.SURVEY_STATE_LOCKED
    with pytest.raises(Refused, match="survey_is_locked"):
        await gateway.names(survey.survey_id)
    with pytest.raises(Refused, match="survey_is_locked"):
        await gateway.form(survey.survey_id, named.participants[0].participant_id)

    first = await running.erasure.EraseSurvey(erasure_pb2.EraseSurveyRequest(**ids))
    again = await running.erasure.EraseSurvey(erasure_pb2.EraseSurveyRequest(**ids))
    assert dict(first.rows) == dict(again.rows)
    assert first.rows["survey_participants"] == len(named.participants)
    assert await tables_with(postgres, database_urls, survey.survey_id) == {"survey_tombstones"}
    with pytest.raises(NotFound):
        await gateway.get(survey.survey_id)


async def tables_with(postgres: PostgresServer, urls: ServiceUrls, survey_id: str) -> set[str]:
    """Every table in which the survey still stands, seen past row-level security."""
    connection = await asyncpg.connect(postgres.superuser_url(urls.app.rpartition("/")[2]))
    try:
        tables = await connection.fetch(
            "SELECT table_name FROM information_schema.columns"
            " WHERE column_name = 'survey_id' AND table_schema = 'public'"
        )
        return {
            row["table_name"]
            for row in tables
            if await connection.fetchval(
                f'SELECT count(*) FROM "{row["table_name"]}" WHERE survey_id = $1::uuid', survey_id
            )
        }
    finally:
        await connection.close()


async def test_no_pupils_name_stands_in_the_database(
    gateway: Gateway, postgres: PostgresServer, database_urls: ServiceUrls
) -> None:
    survey = await gateway.open()
    connection = await asyncpg.connect(postgres.superuser_url(database_urls.app.rpartition("/")[2]))
    try:
        rows = await connection.fetch(
            "SELECT p.card, p::text AS whole FROM survey_participants p WHERE survey_id = $1::uuid",
            survey.survey_id,
        )
    finally:
        await connection.close()

    assert len(rows) == survey.participants
    assert len({len(row["card"]) for row in rows}) == 1, "the length tells nothing"
    for name in ("Åse", "Ada", "Ørjan", "Zara"):
        assert not any(name.encode() in row["card"] for row in rows)
        assert not any(name in row["whole"] for row in rows)


async def test_a_late_joiner_reaches_responses_and_the_form(
    gateway: Gateway, running: RunningService
) -> None:
    survey = await gateway.open()
    roster = running.neighbours.roster
    roster.pupils.append(roster.pupil("Noor"))
    try:
        with gateway.acting(LEADER):
            request = pb.RefreshParticipantsRequest(survey_id=survey.survey_id)
            refreshed = await running.commands.RefreshParticipants(request)
    finally:
        roster.pupils.pop()

    named = await gateway.names(survey.survey_id)
    assert (refreshed.joined, refreshed.left) == (1, 0)
    assert "Noor" in [person.name for person in named.participants]
    assert named.list_version == 2
    told = running.neighbours.acceptance.changed[survey.survey_id]
    assert (told.list_version, len(told.participants)) == (2, len(named.participants))


async def test_with_retention_away_a_held_key_opens_names_and_no_draft_opens(
    gateway: Gateway, running: RunningService
) -> None:
    survey = await gateway.open()
    draft = await gateway.draft()
    running.neighbours.keys.is_away = True
    try:
        assert (await gateway.names(survey.survey_id)).participants
        with gateway.acting(TEACHER), pytest.raises(Unavailable):
            await running.commands.OpenSurvey(pb.OpenSurveyRequest(survey_id=draft.survey_id))
        assert (await gateway.get(draft.survey_id)).state == pb.SURVEY_STATE_DRAFT
    finally:
        running.neighbours.keys.is_away = False

    with gateway.acting(TEACHER):
        request = pb.OpenSurveyRequest(survey_id=draft.survey_id)
        assert (await running.commands.OpenSurvey(request)).survey.state == pb.SURVEY_STATE_OPEN


async def test_the_logs_of_a_whole_survey_name_nobody(
    gateway: Gateway, running: RunningService, logs: io.StringIO
) -> None:
    await gateway.names((await gateway.open()).survey_id)
    with pytest.raises(Invalid):
        await gateway.draft(title="Trivsel 178112 10013")

    for word in ("Åse", "Ada", "Ørjan", "Zara", "Kari", "Trivsel", "10013", "\\u00c5se"):
        assert word not in logs.getvalue()

"""Identity, surveys and responses as small real servers, told from one made-up class."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from grpc.aio import ServicerContext

from samspill.identity.v1 import access_pb2, access_pb2_grpc, sessions_pb2, sessions_pb2_grpc
from samspill.responses.v1 import answers_pb2, answers_pb2_grpc
from samspill.surveys.v1 import surveys_pb2, surveys_pb2_grpc
from samspill_kit.errors import NotFound
from samspill_kit.grpc import GrpcServer, Passport, call
from samspill_kit.grpc.timestamps import timestamp_of
from samspill_kit.ids import SchoolId, SurveyId
from samspill_kit.principal import Level, Permit
from samspill_kit.settings import HostPort
from samspill_kit.testing.certificates import Authority
from samspill_kit.testing.passports import PassportOffice
from samspill_reports.clients.surveys import GENDERS, KINDS
from samspill_reports.domain.material import GivenAnswer, Material, Question

Context = ServicerContext[Any, Any]
KIND_NUMBERS = {name: number for number, name in KINDS.items()}


class SurveyUnknown(NotFound):
    """Says what surveys says to a stranger (SPEC I4)."""

    code = "survey_not_found"


@dataclass
class Told:
    """The class that all three servers tell of, and what they were asked."""

    school_id: SchoolId
    survey_id: SurveyId
    material: Material
    granted: Level = Level.FREE_TEXT
    is_closed: bool = True
    asked: list[str] = field(default_factory=list)


class Surveys(surveys_pb2_grpc.SurveyQueryServiceServicer):
    def __init__(self, told: Told) -> None:
        self._told = told

    async def GetSurvey(
        self, request: surveys_pb2.GetSurveyRequest, context: Context
    ) -> surveys_pb2.GetSurveyResponse:
        self._told.asked.append("survey")
        if call.staff().school_id != self._told.school_id:
            raise SurveyUnknown(survey_id=request.survey_id)
        material = self._told.material
        state = (
            surveys_pb2.SURVEY_STATE_CLOSED
            if self._told.is_closed
            else surveys_pb2.SURVEY_STATE_OPEN
        )
        assert material.closed_at
        survey = surveys_pb2.Survey(
            survey_id=request.survey_id,
            title=material.title,
            state=state,
            mode=surveys_pb2.LEGAL_MODE_PREVENTIVE,
            groups=[
                surveys_pb2.SurveyGroup(group_id=g.group_id, name=g.name) for g in material.groups
            ],
            questions=[_question(each) for each in material.questions],
            closed_at=timestamp_of(material.closed_at),
            delete_on=material.delete_on,
        )
        return surveys_pb2.GetSurveyResponse(survey=survey)

    async def ListParticipants(
        self, request: surveys_pb2.ListParticipantsRequest, context: Context
    ) -> surveys_pb2.ListParticipantsResponse:
        self._told.asked.append("participants")
        genders = {name: number for number, name in GENDERS.items()}
        everyone = [
            surveys_pb2.Participant(
                participant_id=each.participant_id,
                name=each.name,
                number=each.number,
                gender=genders[each.gender],
            )
            for each in self._told.material.participants
        ]
        return surveys_pb2.ListParticipantsResponse(participants=everyone)


class Permits(access_pb2_grpc.PermitCommandServiceServicer):
    """Signs a permit of the level granted, for the caller named in the passport."""

    def __init__(self, told: Told, office: PassportOffice) -> None:
        self._told = told
        self._office = office

    async def IssuePermit(
        self, request: access_pb2.IssuePermitRequest, context: Context
    ) -> access_pb2.IssuePermitResponse:
        self._told.asked.append(f"permit {request.purpose}")
        reader = call.staff()
        permit = Permit(
            reader.staff_id,
            reader.school_id,
            SurveyId.parse(request.survey_id),
            self._told.granted,
            None,
            "audit-1",
        )
        return access_pb2.IssuePermitResponse(
            permit=self._office.signer.permit(permit),
            level=access_pb2.ReadLevel.Value(f"READ_LEVEL_{self._told.granted.name}"),
        )


class Answers(answers_pb2_grpc.ReportAnswerQueryServiceServicer):
    """Opens answers against a permit that it checks."""

    def __init__(self, told: Told) -> None:
        self._told = told

    async def ListAnswers(
        self, request: answers_pb2.ListAnswersRequest, context: Context
    ) -> answers_pb2.ListAnswersResponse:
        permit = call.permit()
        assert str(permit.survey_id) == request.survey_id
        self._told.asked.append("answers")
        with_text = permit.level is Level.FREE_TEXT
        return answers_pb2.ListAnswersResponse(
            answers=[
                answers_pb2.RecordedAnswer(
                    participant_id=each.participant_id, answer=_answer(each, with_text=with_text)
                )
                for each in self._told.material.answers
            ],
            participants=[
                answers_pb2.ParticipantStatus(
                    participant_id=who,
                    state=answers_pb2.ParticipantState.Value(f"PARTICIPANT_STATE_{state.upper()}"),
                )
                for who, state in self._told.material.states.items()
            ],
        )


class SigningKeys(sessions_pb2_grpc.SigningKeyQueryServiceServicer):
    def __init__(self, key_set: str) -> None:
        self._key_set = key_set

    async def ListSigningKeys(
        self, request: sessions_pb2.ListSigningKeysRequest, context: Context
    ) -> sessions_pb2.ListSigningKeysResponse:
        return sessions_pb2.ListSigningKeysResponse(jwks_json=self._key_set)


class Neighbours:
    """The three servers."""

    def __init__(self, told: Told, authority: Authority, office: PassportOffice) -> None:
        self.told = told
        self.servers = {
            name: GrpcServer(
                name,
                HostPort("127.0.0.1", 0),
                authority.tls(name),
                passports=office.passports(),
                permits=office.permits(),
            )
            for name in ("identity", "surveys", "responses")
        }
        add_surveys = surveys_pb2_grpc.add_SurveyQueryServiceServicer_to_server
        add_permits = access_pb2_grpc.add_PermitCommandServiceServicer_to_server
        add_answers = answers_pb2_grpc.add_ReportAnswerQueryServiceServicer_to_server
        add_keys = sessions_pb2_grpc.add_SigningKeyQueryServiceServicer_to_server
        self._add("surveys", add_surveys, Surveys(told), Passport.STAFF)  # type: ignore[abstract]
        self._add("identity", add_permits, Permits(told, office), Passport.STAFF)
        self._add("responses", add_answers, Answers(told), Passport.STAFF)
        self._add("identity", add_keys, SigningKeys(office.key_set), Passport.NONE)

    def _add(self, name: str, register: Any, servicer: object, passport: Passport) -> None:
        self.servers[name].add(register, servicer, callers={"reports"}, passport=passport)

    async def start(self) -> None:
        for server in self.servers.values():
            await server.start()

    async def stop(self) -> None:
        for server in self.servers.values():
            await server.stop()


def _question(question: Question) -> surveys_pb2.Question:
    def in_three(text: str) -> surveys_pb2.LocalText:
        return surveys_pb2.LocalText(nb=text, nn=f"nn: {text}", en=f"en: {text}")

    return surveys_pb2.Question(
        question_id=question.question_id,
        theme=question.theme,
        kind=KIND_NUMBERS[question.kind],
        text=in_three(question.text),
        options=[
            surveys_pb2.QuestionOption(key=each.key, text=in_three(each.text))
            for each in question.options
        ],
        max_nominees=question.max_nominees,
        valence=question.valence,
    )


def _answer(given: GivenAnswer, *, with_text: bool) -> answers_pb2.Answer:
    answer = answers_pb2.Answer(question_id=given.question_id)
    if given.is_skipped:
        answer.skipped = True
    elif given.is_nobody:
        answer.nobody = True
    elif given.nominees:
        answer.nominees.participant_ids.extend(given.nominees)
    elif given.options:
        answer.option = given.options[0]
    else:
        answer.text = given.text if with_text else ""
    return answer

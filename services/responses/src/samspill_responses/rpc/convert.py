"""Messages of the contract to domain values and back."""

from collections.abc import Iterable
from datetime import UTC, date
from typing import Final

from samspill.responses.v1 import acceptance_pb2, answers_pb2
from samspill_kit.ids import GroupId, ParticipantId, SchoolId, StaffId, SurveyId
from samspill_responses.domain.acceptance import AcceptedParticipant, AcceptedQuestion
from samspill_responses.domain.answers import (
    Answer,
    AnswerKind,
    Change,
    Cleared,
    Nobody,
    Nominees,
    Option,
    Options,
    Skipped,
    Text,
    Value,
)
from samspill_responses.domain.errors import AnswerKindWrong
from samspill_responses.domain.ids import PageId, QuestionId
from samspill_responses.domain.participation import ParticipantState
from samspill_responses.domain.ports import ParticipantStatus
from samspill_responses.domain.survey import Keepers, Preparation
from samspill_responses.usecases.keep_answers import PageChange

STATE_TO_PB: Final = {
    state: answers_pb2.ParticipantState.Value(f"PARTICIPANT_STATE_{state.name}")
    for state in ParticipantState
}
_KIND_OF_PB: Final = {
    acceptance_pb2.AnswerKind.Value(f"ANSWER_KIND_{kind.name}"): kind for kind in AnswerKind
}


def page_change_of(
    request: answers_pb2.SaveAnswersRequest | answers_pb2.SubmitAnswersRequest,
) -> PageChange:
    return PageChange(
        page_id=PageId.parse(request.page_id),
        sequence=request.sequence,
        list_version=request.list_version,
        answers=tuple(answer_of(answer) for answer in request.answers),
    )


def answer_of(answer: answers_pb2.Answer) -> Answer:
    question_id = QuestionId.parse(answer.question_id)
    return Answer(question_id, _change_of(answer))


def _change_of(answer: answers_pb2.Answer) -> Change:  # noqa: PLR0911  # one return per kind
    match answer.WhichOneof("value"):
        case "skipped":
            return Skipped()
        case "nobody":
            return Nobody()
        case "option":
            return Option(answer.option)
        case "options":
            return Options(tuple(answer.options.keys))
        case "text":
            return Text(answer.text)
        case "nominees":
            ids = answer.nominees.participant_ids
            return Nominees(tuple(ParticipantId.parse(id_) for id_ in ids))
        case "cleared":
            return Cleared()
        case _:
            raise AnswerKindWrong(question_id=answer.question_id)


def answer_to_pb(question_id: QuestionId, value: Value) -> answers_pb2.Answer:
    answer = answers_pb2.Answer(question_id=str(question_id))
    match value:
        case Skipped():
            answer.skipped = True
        case Nobody():
            answer.nobody = True
        case Option(key):
            answer.option = key
        case Options(keys):
            answer.options.keys.extend(keys)
        case Text(text):
            answer.text = text
        case Nominees(chosen):
            answer.nominees.participant_ids.extend(str(nominee) for nominee in chosen)
    return answer


def status_to_pb(status: ParticipantStatus) -> answers_pb2.ParticipantStatus:
    return answers_pb2.ParticipantStatus(
        participant_id=str(status.participant_id), state=STATE_TO_PB[status.state]
    )


def preparation_of(request: acceptance_pb2.PrepareSurveyRequest) -> Preparation:
    return Preparation(
        school_id=SchoolId.parse(request.school_id),
        survey_id=SurveyId.parse(request.survey_id),
        questions=tuple(_question_of(question) for question in request.questions),
        participants=participants_of(request.participants),
        list_version=request.list_version,
        closes_at=request.closes_at.ToDatetime(tzinfo=UTC),
        delete_on=date.fromisoformat(request.delete_on),
        ceiling_on=date.fromisoformat(request.ceiling_on),
        keepers=Keepers(
            StaffId.parse(request.created_by) if request.created_by else None,
            tuple(map(GroupId.parse, request.group_ids)),
        ),
    )


def _question_of(question: acceptance_pb2.AcceptedQuestion) -> AcceptedQuestion:
    return AcceptedQuestion(
        id=QuestionId.parse(question.question_id),
        kind=_KIND_OF_PB[question.kind],
        option_keys=frozenset(question.option_keys),
        max_nominees=question.max_nominees,
    )


def participants_of(
    participants: Iterable[acceptance_pb2.AcceptedParticipant],
) -> tuple[AcceptedParticipant, ...]:
    return tuple(
        AcceptedParticipant(ParticipantId.parse(each.participant_id), each.participant_group)
        for each in participants
    )

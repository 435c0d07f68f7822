"""Responses as the gateway sees it: a pupil's own answers, and who is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from samspill.responses.v1 import answers_pb2 as pb
from samspill.responses.v1 import answers_pb2_grpc as pb_grpc

from .calls import Bearer, Calls

STATES: Final = {
    pb.PARTICIPANT_STATE_NOT_STARTED: "not_started",
    pb.PARTICIPANT_STATE_STARTED: "started",
    pb.PARTICIPANT_STATE_SUBMITTED: "submitted",
    pb.PARTICIPANT_STATE_DECLINED: "declined",
    pb.PARTICIPANT_STATE_RETURNED: "returned",
}


class Sent(Protocol):
    """One answer as a page sent it."""

    @property
    def question_id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def value(self) -> Any: ...


class SentSave(Protocol):
    """All that changed on a page."""

    @property
    def page_id(self) -> str: ...
    @property
    def sequence(self) -> int: ...
    @property
    def list_version(self) -> int: ...
    @property
    def answers(self) -> Sequence[Sent]: ...
    @property
    def declined(self) -> bool: ...


class Responses:
    """One method per call."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._answers = calls.stub(pb_grpc.AnswerQueryServiceStub)
        self._commands = calls.stub(pb_grpc.AnswerCommandServiceStub)
        self._status = calls.stub(pb_grpc.StatusQueryServiceStub)

    async def page(self, bearer: Bearer) -> Any:
        return await self._calls(self._answers.GetPage, pb.GetPageRequest(), bearer)

    async def save(self, bearer: Bearer, save: SentSave) -> str:
        """Save what changed and return the participant's state."""
        request = pb.SaveAnswersRequest(
            page_id=save.page_id,
            sequence=save.sequence,
            list_version=save.list_version,
            answers=[_answer(each) for each in save.answers],
        )
        answer = await self._calls(self._commands.SaveAnswers, request, bearer)
        return STATES.get(answer.state, "not_started")

    async def submit(self, bearer: Bearer, save: SentSave) -> Any:
        request = pb.SubmitAnswersRequest(
            page_id=save.page_id,
            sequence=save.sequence,
            list_version=save.list_version,
            answers=[_answer(each) for each in save.answers],
            declined=save.declined,
        )
        return await self._calls(self._commands.SubmitAnswers, request, bearer)

    async def states(self, bearer: Bearer, survey_id: str) -> Mapping[str, str]:
        request = pb.ListParticipantStatesRequest(survey_id=survey_id)
        answer = await self._calls(self._status.ListParticipantStates, request, bearer)
        return {each.participant_id: STATES[each.state] for each in answer.participants}

    async def counts(self, bearer: Bearer, survey_ids: Sequence[str]) -> Mapping[str, Any]:
        if not survey_ids:
            return {}
        request = pb.CountParticipantStatesRequest(survey_ids=survey_ids)
        answer = await self._calls(self._status.CountParticipantStates, request, bearer)
        return {each.survey_id: each for each in answer.surveys}


def _answer(sent: Sent) -> pb.Answer:
    if sent.kind == "options":
        options = pb.OptionKeys(keys=sent.value)
        return pb.Answer(question_id=sent.question_id, options=options)
    if sent.kind == "nominees":
        nominees = pb.Nominees(participant_ids=sent.value)
        return pb.Answer(question_id=sent.question_id, nominees=nominees)
    return pb.Answer(question_id=sent.question_id, **{sent.kind: sent.value})

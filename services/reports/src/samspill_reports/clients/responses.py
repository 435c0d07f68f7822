"""Responses, which opens answers against a permit alone."""

from __future__ import annotations

from typing import Any, Final

from samspill.responses.v1 import answers_pb2 as pb
from samspill.responses.v1 import answers_pb2_grpc as pb_grpc
from samspill_kit.grpc import Channel
from samspill_kit.grpc.call import with_permit
from samspill_reports.domain.material import GivenAnswer
from samspill_reports.domain.ports import Permit, RecordedAnswers

STATES: Final = {
    pb.PARTICIPANT_STATE_NOT_STARTED: "not_started",
    pb.PARTICIPANT_STATE_STARTED: "started",
    pb.PARTICIPANT_STATE_SUBMITTED: "submitted",
    pb.PARTICIPANT_STATE_DECLINED: "declined",
    pb.PARTICIPANT_STATE_RETURNED: "returned",
}


class RemoteAnswers:
    def __init__(self, channel: Channel) -> None:
        self._queries = channel.stub(pb_grpc.ReportAnswerQueryServiceStub)

    async def of(self, survey_id: str, permit: Permit) -> RecordedAnswers:
        with with_permit(permit.token):
            answer = await self._queries.ListAnswers(pb.ListAnswersRequest(survey_id=survey_id))
        return RecordedAnswers(
            answers=[_given(each) for each in answer.answers],
            states={each.participant_id: STATES[each.state] for each in answer.participants},
        )


def _given(recorded: Any) -> GivenAnswer:
    answer = recorded.answer
    return GivenAnswer(
        participant_id=recorded.participant_id,
        question_id=answer.question_id,
        is_skipped=answer.skipped,
        is_nobody=answer.nobody,
        options=[answer.option] if answer.option else list(answer.options.keys),
        text=answer.text,
        nominees=list(answer.nominees.participant_ids),
    )

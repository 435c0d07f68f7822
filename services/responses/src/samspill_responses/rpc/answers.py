"""A pupil's own answers: AnswerCommandService and AnswerQueryService."""

from dataclasses import dataclass

from samspill.responses.v1 import answers_pb2 as pb
from samspill.responses.v1 import answers_pb2_grpc as pb_grpc
from samspill_kit.grpc.call import pupil
from samspill_kit.grpc.guard import Context
from samspill_kit.grpc.timestamps import timestamp_of
from samspill_responses import metrics
from samspill_responses.rpc.convert import (
    STATE_TO_PB,
    answer_to_pb,
    page_change_of,
)
from samspill_responses.usecases.read_page import ReadPage, ShownAnswer
from samspill_responses.usecases.save_answers import SaveAnswers
from samspill_responses.usecases.submit_answers import SubmitAnswers
from samspill_responses.usecases.withdraw_answers import WithdrawAnswers


@dataclass(frozen=True, slots=True)
class AnswerCommands(pb_grpc.AnswerCommandServiceServicer):
    save_answers: SaveAnswers
    submit_answers: SubmitAnswers
    withdraw_answers: WithdrawAnswers

    async def SaveAnswers(  # named by the contract
        self, request: pb.SaveAnswersRequest, _context: Context
    ) -> pb.SaveAnswersResponse:
        with metrics.SAVES.counted():
            state = await self.save_answers(page_change_of(request), by=pupil())
        return pb.SaveAnswersResponse(state=STATE_TO_PB[state])

    async def SubmitAnswers(  # named by the contract
        self, request: pb.SubmitAnswersRequest, _context: Context
    ) -> pb.SubmitAnswersResponse:
        with metrics.SUBMISSIONS.counted():
            receipt = await self.submit_answers(
                page_change_of(request), declines=request.declined, by=pupil()
            )
        return pb.SubmitAnswersResponse(
            state=STATE_TO_PB[receipt.state],
            submitted_at=timestamp_of(receipt.submitted_at),
            answered=receipt.answered,
            skipped=receipt.skipped,
        )

    async def WithdrawAnswers(  # named by the contract
        self, _request: pb.WithdrawAnswersRequest, _context: Context
    ) -> pb.WithdrawAnswersResponse:
        await self.withdraw_answers(by=pupil())
        return pb.WithdrawAnswersResponse()


@dataclass(frozen=True, slots=True)
class AnswerQueries(pb_grpc.AnswerQueryServiceServicer):
    read_page: ReadPage

    async def GetPage(  # named by the contract
        self, _request: pb.GetPageRequest, _context: Context
    ) -> pb.GetPageResponse:
        page = await self.read_page(by=pupil())
        return pb.GetPageResponse(
            state=STATE_TO_PB[page.state], answers=[_page_answer(shown) for shown in page.answers]
        )


def _page_answer(shown: ShownAnswer) -> pb.PageAnswer:
    value = shown.value
    return pb.PageAnswer(
        question_id=str(shown.question_id),
        answer=None if value is None else answer_to_pb(shown.question_id, value),
        is_skipped=shown.is_skipped,
    )

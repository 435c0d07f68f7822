"""Plaintext answers of a closed survey, against a permit: ReportAnswerQueryService."""

from dataclasses import dataclass

from samspill.responses.v1 import answers_pb2 as pb
from samspill.responses.v1 import answers_pb2_grpc as pb_grpc
from samspill_kit.grpc.call import permit, staff
from samspill_kit.grpc.guard import Context
from samspill_kit.ids import SurveyId
from samspill_responses.rpc.convert import answer_to_pb, status_to_pb
from samspill_responses.usecases.list_answers import ListAnswers


@dataclass(frozen=True, slots=True)
class ReportAnswerQueries(pb_grpc.ReportAnswerQueryServiceServicer):
    list_answers: ListAnswers

    async def ListAnswers(  # named by the contract
        self, request: pb.ListAnswersRequest, _context: Context
    ) -> pb.ListAnswersResponse:
        opened = await self.list_answers(
            SurveyId.parse(request.survey_id), permit=permit(), by=staff()
        )
        return pb.ListAnswersResponse(
            answers=[
                pb.RecordedAnswer(
                    participant_id=str(answer.participant_id),
                    answer=answer_to_pb(answer.question_id, answer.value),
                    list_version=answer.list_version,
                )
                for answer in opened.answers
            ],
            participants=map(status_to_pb, opened.participants),
        )

"""Who is done, never what: StatusQueryService."""

from dataclasses import dataclass

from samspill.responses.v1 import answers_pb2 as pb
from samspill.responses.v1 import answers_pb2_grpc as pb_grpc
from samspill_kit.grpc.call import staff
from samspill_kit.grpc.guard import Context
from samspill_kit.ids import SurveyId
from samspill_responses.rpc.convert import status_to_pb
from samspill_responses.usecases.list_participant_states import (
    CountParticipantStates,
    ListParticipantStates,
)


@dataclass(frozen=True, slots=True)
class StatusQueries(pb_grpc.StatusQueryServiceServicer):
    list_states: ListParticipantStates
    count_states: CountParticipantStates

    async def ListParticipantStates(  # named by the contract
        self, request: pb.ListParticipantStatesRequest, _context: Context
    ) -> pb.ListParticipantStatesResponse:
        states = await self.list_states(SurveyId.parse(request.survey_id), by=staff())
        return pb.ListParticipantStatesResponse(participants=map(status_to_pb, states))

    async def CountParticipantStates(  # named by the contract
        self, request: pb.CountParticipantStatesRequest, _context: Context
    ) -> pb.CountParticipantStatesResponse:
        wanted = [SurveyId.parse(id_) for id_ in request.survey_ids]
        counts = await self.count_states(wanted, by=staff())
        return pb.CountParticipantStatesResponse(
            surveys=[
                pb.SurveyCount(
                    survey_id=str(count.survey_id),
                    participants=count.participants,
                    submitted=count.submitted,
                    started=count.started,
                )
                for count in counts
            ]
        )

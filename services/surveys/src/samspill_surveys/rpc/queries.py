"""What a survey is, for staff and for pupils."""

from typing import Any

from grpc.aio import ServicerContext

from samspill.surveys.v1 import surveys_pb2 as pb
from samspill.surveys.v1 import surveys_pb2_grpc as pb_grpc
from samspill_kit.clock import Clock
from samspill_kit.grpc import call
from samspill_kit.ids import PupilId, SurveyId
from samspill_surveys.rpc import convert
from samspill_surveys.usecases.get_form import GetForm
from samspill_surveys.usecases.get_survey import GetSurvey
from samspill_surveys.usecases.list_participants import ListParticipants
from samspill_surveys.usecases.list_participations import ListParticipations
from samspill_surveys.usecases.list_surveys import ListSurveys

Context = ServicerContext[Any, Any]


class SurveyQueries(pb_grpc.SurveyQueryServiceServicer):
    def __init__(
        self,
        *,
        list_surveys: ListSurveys,
        get_survey: GetSurvey,
        list_participants: ListParticipants,
        list_participations: ListParticipations,
        clock: Clock,
    ) -> None:
        self._list_surveys = list_surveys
        self._get_survey = get_survey
        self._list_participants = list_participants
        self._list_participations = list_participations
        self._clock = clock

    async def ListSurveys(
        self, request: pb.ListSurveysRequest, context: Context
    ) -> pb.ListSurveysResponse:
        surveys = await self._list_surveys(by=call.staff())
        now = self._clock.now()
        return pb.ListSurveysResponse(
            surveys=[convert.overview_to_pb(line, now=now) for line in surveys]
        )

    async def GetSurvey(
        self, request: pb.GetSurveyRequest, context: Context
    ) -> pb.GetSurveyResponse:
        survey = await self._get_survey(SurveyId.parse(request.survey_id), by=call.staff())
        return pb.GetSurveyResponse(survey=convert.survey_to_pb(survey, now=self._clock.now()))

    async def GetQuestionSet(
        self, request: pb.GetQuestionSetRequest, context: Context
    ) -> pb.GetQuestionSetResponse:
        return convert.question_set_to_pb(request)

    async def ListParticipants(
        self, request: pb.ListParticipantsRequest, context: Context
    ) -> pb.ListParticipantsResponse:
        named = await self._list_participants(SurveyId.parse(request.survey_id), by=call.staff())
        return pb.ListParticipantsResponse(
            participants=[convert.person_to_pb(person) for person in named.people],
            list_version=named.version,
        )

    async def ListParticipations(
        self, request: pb.ListParticipationsRequest, context: Context
    ) -> pb.ListParticipationsResponse:
        places = await self._list_participations(PupilId.parse(request.pupil_id), by=call.staff())
        now = self._clock.now()
        return pb.ListParticipationsResponse(
            participations=[convert.participation_to_pb(one, now=now) for one in places]
        )


class FormQueries(pb_grpc.FormQueryServiceServicer):
    def __init__(self, *, get_form: GetForm) -> None:
        self._get_form = get_form

    async def GetForm(self, request: pb.GetFormRequest, context: Context) -> pb.GetFormResponse:
        return convert.form_to_pb(await self._get_form(by=call.pupil()))

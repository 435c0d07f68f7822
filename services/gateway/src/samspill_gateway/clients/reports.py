"""Reports as the gateway sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from samspill.reports.v1 import reports_pb2 as pb
from samspill.reports.v1 import reports_pb2_grpc as pb_grpc

from .calls import Bearer, Calls


@dataclass(frozen=True, slots=True)
class Reading:
    """Which survey, in which language, with names or as "elev n"."""

    survey_id: str
    locale: str
    anonymised: bool

    def message(self) -> pb.Reading:
        return pb.Reading(survey_id=self.survey_id, locale=self.locale, anonymised=self.anonymised)


@dataclass(frozen=True, slots=True)
class SociogramChoice:
    """What a reader has chosen to see of a sociogram."""

    question_id: str = ""
    view: str = "network"
    mutual_only: bool = False
    friend_groups: bool = True
    selected_id: str = ""
    gender: str = ""


class Reports:
    """One method per call; a report may take longer than other pages."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._queries = calls.stub(pb_grpc.ReportQueryServiceStub)

    async def overview(self, bearer: Bearer, reading: Reading) -> Any:
        request = pb.GetOverviewRequest(reading=reading.message())
        return await self._calls(self._queries.GetOverview, request, bearer)

    async def questions(self, bearer: Bearer, reading: Reading) -> Any:
        request = pb.GetQuestionsRequest(reading=reading.message())
        return await self._calls(self._queries.GetQuestions, request, bearer)

    async def pupils(self, bearer: Bearer, reading: Reading) -> Any:
        request = pb.ListPupilsRequest(reading=reading.message())
        return await self._calls(self._queries.ListPupils, request, bearer)

    async def pupil(self, bearer: Bearer, reading: Reading, participant_id: str) -> Any:
        request = pb.GetPupilRequest(reading=reading.message(), participant_id=participant_id)
        return await self._calls(self._queries.GetPupil, request, bearer)

    async def sociogram(self, bearer: Bearer, reading: Reading, chosen: SociogramChoice) -> Any:
        request = pb.GetSociogramRequest(
            reading=reading.message(),
            question_id=chosen.question_id,
            view=pb.SociogramView.Value(f"SOCIOGRAM_VIEW_{chosen.view.upper()}"),
            mutual_only=chosen.mutual_only,
            friend_groups=chosen.friend_groups,
            selected_id=chosen.selected_id,
            gender=chosen.gender,
        )
        return await self._calls(self._queries.GetSociogram, request, bearer)

    async def quality(self, bearer: Bearer, reading: Reading) -> Any:
        request = pb.GetQualityRequest(reading=reading.message())
        return await self._calls(self._queries.GetQuality, request, bearer)

    async def pdf(self, bearer: Bearer, reading: Reading, *, pupil_pages: bool) -> bytes:
        request = pb.RenderPdfRequest(reading=reading.message(), pupil_pages=pupil_pages)
        return bytes((await self._calls(self._queries.RenderPdf, request, bearer)).pdf)

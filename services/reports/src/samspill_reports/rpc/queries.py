"""ReportQueryService: each method gathers for one reader, analyses beside the event loop, renders."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from grpc.aio import ServicerContext

from samspill.reports.v1 import reports_pb2 as pb
from samspill.reports.v1 import reports_pb2_grpc as pb_grpc
from samspill_kit.grpc import call
from samspill_reports.domain.analysis import ClassAnalysis
from samspill_reports.domain.distributions import distributions
from samspill_reports.domain.material import Material
from samspill_reports.domain.ports import Words
from samspill_reports.rpc import convert
from samspill_reports.usecases.analyse_class import AnalyseClass
from samspill_reports.usecases.draw_relations import DrawRelations, SociogramChoice
from samspill_reports.usecases.gather_material import GatherMaterial, Reading
from samspill_reports.usecases.print_report import PrintReport
from samspill_reports.usecases.read_overview import overview
from samspill_reports.usecases.read_pupils import pupil_page, pupil_rows
from samspill_reports.usecases.read_quality import quality

Context = ServicerContext[Any, Any]

VIEWS = {
    pb.SOCIOGRAM_VIEW_NETWORK: "network",
    pb.SOCIOGRAM_VIEW_TARGET: "target",
    pb.SOCIOGRAM_VIEW_MATRIX: "matrix",
    pb.SOCIOGRAM_VIEW_TABLE: "table",
}


@dataclass(frozen=True, slots=True)
class Gathered:
    """What one request computes from."""

    material: Material
    analysis: ClassAnalysis
    words: Words
    locale: str


class ReportQueries(pb_grpc.ReportQueryServiceServicer):
    def __init__(
        self,
        *,
        gather: GatherMaterial,
        analyse: AnalyseClass,
        draw: DrawRelations,
        print_report: PrintReport,
        words_of: Callable[[str], Words],
    ) -> None:
        self._gather = gather
        self._analyse = analyse
        self._draw = draw
        self._print = print_report
        self._words_of = words_of

    async def GetOverview(
        self, request: pb.GetOverviewRequest, context: Context
    ) -> pb.GetOverviewResponse:
        got = await self._gathered(request.reading, "report_overview")
        found = await asyncio.to_thread(overview, got.material, got.analysis, got.words, got.locale)
        return pb.GetOverviewResponse(
            frame=convert.frame_to_pb(got.material),
            findings=[convert.finding_to_pb(each) for each in found.findings],
            distributions=convert.distributions_to_pb(found.distributions, got.material, got.words),
            skipped_some=found.skipped_some,
            still_computing=found.still_computing,
        )

    async def GetQuestions(
        self, request: pb.GetQuestionsRequest, context: Context
    ) -> pb.GetQuestionsResponse:
        got = await self._gathered(request.reading, "report_questions")
        found = distributions(got.material)
        return pb.GetQuestionsResponse(
            frame=convert.frame_to_pb(got.material),
            distributions=convert.distributions_to_pb(found, got.material, got.words),
        )

    async def ListPupils(
        self, request: pb.ListPupilsRequest, context: Context
    ) -> pb.ListPupilsResponse:
        got = await self._gathered(request.reading, "report_pupils")
        rows = pupil_rows(got.material, got.analysis, got.words)
        return pb.ListPupilsResponse(
            frame=convert.frame_to_pb(got.material),
            pupils=[convert.pupil_row_to_pb(each) for each in rows],
        )

    async def GetPupil(self, request: pb.GetPupilRequest, context: Context) -> pb.GetPupilResponse:
        got = await self._gathered(request.reading, "report_pupil")
        page = pupil_page(got.material, got.analysis, request.participant_id, got.words)
        return pb.GetPupilResponse(
            frame=convert.frame_to_pb(got.material),
            who=page.who,
            state=page.state,
            previous_id=page.previous_id,
            next_id=page.next_id,
            relations=[convert.relations_to_pb(each) for each in page.relations],
            answers=[
                convert.pupil_answer_to_pb(each, got.material, got.words) for each in page.answers
            ],
        )

    async def GetSociogram(
        self, request: pb.GetSociogramRequest, context: Context
    ) -> pb.GetSociogramResponse:
        got = await self._gathered(request.reading, "sociogram")
        if not got.material.nominations:
            return pb.GetSociogramResponse(frame=convert.frame_to_pb(got.material))
        chosen = SociogramChoice(
            question_id=request.question_id,
            view=VIEWS[request.view],
            mutual_only=request.mutual_only,
            friend_groups=request.friend_groups,
            selected_id=request.selected_id,
            gender=request.gender,
        )
        drawn = await asyncio.to_thread(self._draw, got.material, got.analysis, chosen, got.words)
        return pb.GetSociogramResponse(
            frame=convert.frame_to_pb(got.material),
            question_id=drawn.question_id,
            svg=drawn.svg,
            matrix=convert.matrix_to_pb(drawn.order, got.material, drawn.rows),
            table=[convert.relations_row_to_pb(each) for each in drawn.table],
            geometry_sentence=drawn.geometry,
            non_respondents=drawn.non_respondents,
        )

    async def GetQuality(
        self, request: pb.GetQualityRequest, context: Context
    ) -> pb.GetQualityResponse:
        got = await self._gathered(request.reading, "report_quality")
        found = quality(got.material, got.analysis, got.words)
        return pb.GetQualityResponse(
            frame=convert.frame_to_pb(got.material),
            relations=[convert.quality_to_pb(each) for each in found.relations],
            not_answered=found.not_answered,
            participation_sentence=found.participation,
        )

    async def RenderPdf(
        self, request: pb.RenderPdfRequest, context: Context
    ) -> pb.RenderPdfResponse:
        got = await self._gathered(request.reading, "report_pdf")
        pdf = await self._print(
            got.material, got.analysis, got.words, got.locale, pupil_pages=request.pupil_pages
        )
        return pb.RenderPdfResponse(pdf=pdf)

    async def _gathered(self, asked: pb.Reading, purpose: str) -> Gathered:
        words = self._words_of(asked.locale)
        reading = Reading(asked.survey_id, asked.locale, asked.anonymised, purpose)
        material = await self._gather(reading, words, by=call.staff())
        return Gathered(material, await self._analyse(material), words, asked.locale)

"""The whole service over mutual TLS, beside small real neighbours (SPEC G1-G7, I4, I8, P3, T4)."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pypdf
import pytest

from samspill.reports.v1 import erasure_pb2, erasure_pb2_grpc, reports_pb2_grpc
from samspill.reports.v1 import reports_pb2 as pb
from samspill_kit.errors import DomainError
from samspill_kit.grpc import Channel
from samspill_kit.grpc.call import on_behalf
from samspill_kit.ids import MunicipalityId, SchoolId, SessionId, StaffId, SurveyId
from samspill_kit.principal import Level, Role, StaffPrincipal
from samspill_kit.settings import HostPort
from samspill_kit.testing.certificates import Authority
from samspill_kit.testing.children import free_port
from samspill_kit.testing.passports import INSTALLATION, PassportOffice
from samspill_kit.testing.postgres import ServiceUrls
from samspill_reports.bootstrap import serve
from samspill_reports.settings import Settings
from services.reports.tests.integration.neighbours import Neighbours, Told
from services.reports.tests.sample import TOGETHER, a_class, pupil_id


@dataclass
class Running:
    """Ways to read the report as a teacher's gateway, and to call as others do."""

    neighbours: Neighbours
    office: PassportOffice
    authority: Authority
    address: HostPort
    channels: list[Channel]

    @property
    def told(self) -> Told:
        return self.neighbours.told

    def stub(self, made_by: Any, *, caller: str) -> Any:
        tls = self.authority.tls(caller)
        channel = Channel("reports", self.address, tls)
        self.channels.append(channel)
        return channel.stub(made_by)

    def reading(self, *, anonymised: bool = False, locale: str = "nb") -> pb.Reading:
        survey = str(self.told.survey_id)
        return pb.Reading(survey_id=survey, locale=locale, anonymised=anonymised)

    @contextmanager
    def as_teacher(self, school_id: SchoolId | None = None) -> Iterator[None]:
        teacher = StaffPrincipal(
            StaffId(uuid4()),
            MunicipalityId(uuid4()),
            school_id or self.told.school_id,
            frozenset({Role.TEACHER}),
            (),
            SessionId(uuid4()),
        )
        passport = self.office.signer.passport(teacher)
        with on_behalf(passport=passport, request_id="r-1", seconds=20):
            yield


@pytest.fixture(scope="module")
async def running(
    tmp_path_factory: pytest.TempPathFactory,
    authority: Authority,
    passport_office: PassportOffice,
    database_urls: ServiceUrls,
) -> AsyncIterator[Running]:
    told = Told(SchoolId(uuid4()), SurveyId(uuid4()), a_class(12, silent=1))
    neighbours = Neighbours(told, authority, passport_office)
    await neighbours.start()
    settings = settings_in(tmp_path_factory.mktemp("reports"), authority, neighbours, database_urls)
    service = await serve(settings)
    await service.start()
    running = Running(neighbours, passport_office, authority, settings.rpc_listen, [])
    yield running
    for channel in running.channels:
        await channel.stop()
    await service.stop()
    await neighbours.stop()


def settings_in(
    folder: Path, authority: Authority, neighbours: Neighbours, urls: ServiceUrls
) -> Settings:
    authority.write(folder, ["reports"])
    (folder / "app").write_text(urls.app)
    (folder / "jobs").write_text(urls.jobs)
    addresses: dict[str, Any] = {
        f"{name}_address": HostPort("127.0.0.1", server.port)
        for name, server in neighbours.servers.items()
    }
    return Settings(
        installation=INSTALLATION,
        tls_directory=folder / "reports",
        rpc_listen=HostPort("127.0.0.1", free_port()),
        metrics_listen=HostPort("127.0.0.1", free_port()),
        database_url_file=folder / "app",
        jobs_database_url_file=folder / "jobs",
        **addresses,
    )


@pytest.fixture(scope="module")
def queries(running: Running) -> Any:
    return running.stub(reports_pb2_grpc.ReportQueryServiceStub, caller="gateway")


@pytest.fixture(scope="module")
def erasure(running: Running) -> Any:
    return running.stub(erasure_pb2_grpc.ReportsErasureInternalServiceStub, caller="retention")


@pytest.fixture(autouse=True)
def as_it_was(running: Running) -> None:
    running.told.asked.clear()
    running.told.granted, running.told.is_closed = Level.FREE_TEXT, True


async def overview(running: Running, queries: Any) -> pb.GetOverviewResponse:
    with running.as_teacher():
        found: pb.GetOverviewResponse = await queries.GetOverview(
            pb.GetOverviewRequest(reading=running.reading())
        )
    return found


async def test_the_overview_comes_at_once_and_is_whole_soon_after(
    running: Running, queries: Any
) -> None:
    first = await overview(running, queries)
    assert first.frame.title == "Trivsel"
    assert (first.frame.submitted, first.frame.participants) == (11, 12)
    assert 0 < len(first.findings) <= 7
    async with asyncio.timeout(60):
        while True:
            found = await overview(running, queries)
            if not found.still_computing:
                break
            await asyncio.sleep(0.1)


METHODS = {
    "GetOverview": (pb.GetOverviewRequest, "report_overview"),
    "GetQuestions": (pb.GetQuestionsRequest, "report_questions"),
    "ListPupils": (pb.ListPupilsRequest, "report_pupils"),
    "GetPupil": (pb.GetPupilRequest, "report_pupil"),
    "GetSociogram": (pb.GetSociogramRequest, "sociogram"),
    "GetQuality": (pb.GetQualityRequest, "report_quality"),
    "RenderPdf": (pb.RenderPdfRequest, "report_pdf"),
}


def request_for(running: Running, method: str) -> Any:
    made_by, _ = METHODS[method]
    more: dict[str, Any] = {}
    if method == "GetPupil":
        more = {"participant_id": pupil_id(0)}
    if method == "GetSociogram":
        more = {"view": pb.SOCIOGRAM_VIEW_NETWORK, "question_id": TOGETHER.question_id}
    return made_by(reading=running.reading(), **more)


@pytest.mark.parametrize("method", METHODS)
async def test_each_reading_has_its_permit_before_answers_and_names(
    running: Running, queries: Any, method: str
) -> None:
    """SPEC I8: also the second time, when the analysis is in memory already."""
    for _ in range(2):
        running.told.asked.clear()
        with running.as_teacher():
            await getattr(queries, method)(request_for(running, method))
        permit = f"permit {METHODS[method][1]}"
        assert running.told.asked == ["survey", permit, "answers", "participants"]


@pytest.mark.parametrize("method", METHODS)
async def test_another_school_reads_nothing(running: Running, queries: Any, method: str) -> None:
    """SPEC I4."""
    with running.as_teacher(SchoolId(uuid4())), pytest.raises(DomainError) as refused:
        await getattr(queries, method)(request_for(running, method))
    assert refused.value.code == "survey_not_found"
    assert running.told.asked == ["survey"]


@pytest.mark.parametrize("caller", ["surveys", "responses", "retention"])
async def test_other_services_do_not_read_reports(running: Running, caller: str) -> None:
    stub = running.stub(reports_pb2_grpc.ReportQueryServiceStub, caller=caller)
    with running.as_teacher(), pytest.raises(DomainError) as refused:
        await stub.GetOverview(pb.GetOverviewRequest(reading=running.reading()))
    assert refused.value.code == "caller_not_allowed"


async def test_an_open_survey_is_refused(running: Running, queries: Any) -> None:
    running.told.is_closed = False
    with pytest.raises(DomainError) as refused:
        await overview(running, queries)
    assert refused.value.code == "survey_not_closed"
    assert running.told.asked == ["survey"]


async def test_a_reader_of_numbers_alone_is_refused(running: Running, queries: Any) -> None:
    running.told.granted = Level.AGGREGATE
    with pytest.raises(DomainError) as refused:
        await overview(running, queries)
    assert refused.value.code == "level_too_low"
    assert "answers" not in running.told.asked


async def test_the_anonymised_report_holds_no_name(running: Running, queries: Any) -> None:
    """SPEC G6: in no method, also not inside free text or a drawing."""
    names = {part for each in running.told.material.participants for part in each.name.split()}
    for method in METHODS:
        request = request_for(running, method)
        request.reading.anonymised = True
        with running.as_teacher():
            answer = await getattr(queries, method)(request)
        said = text_of(answer.pdf) if method == "RenderPdf" else str(answer)
        assert not {name for name in names if name in said}, method


def text_of(pdf: bytes) -> str:
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


async def test_the_report_with_names_holds_them(running: Running, queries: Any) -> None:
    """The control."""
    with running.as_teacher():
        answer = await queries.GetQuestions(pb.GetQuestionsRequest(reading=running.reading()))
    assert "Ola og Olas bror" in str(answer)


async def test_questions_are_in_the_readers_language(running: Running, queries: Any) -> None:
    with running.as_teacher():
        reading = running.reading(locale="en")
        answer = await queries.GetQuestions(pb.GetQuestionsRequest(reading=reading))
    assert all(each.text.startswith("en: ") for each in answer.distributions)
    assert "answered" in answer.distributions[0].sentence


async def test_the_pdf_has_the_numbers_of_the_page(running: Running, queries: Any) -> None:
    """SPEC G7."""
    with running.as_teacher():
        about = await queries.GetQuality(pb.GetQualityRequest(reading=running.reading()))
        made = await queries.RenderPdf(pb.RenderPdfRequest(reading=running.reading()))
    text = " ".join(text_of(made.pdf).split())
    for each in about.relations:
        row = (each.density, each.reciprocity, str(each.mutual_pairs), str(each.choices))
        assert " ".join(row) in text


async def test_a_question_that_is_no_nomination_has_no_sociogram(
    running: Running, queries: Any
) -> None:
    request = request_for(running, "GetSociogram")
    request.question_id = str(uuid4())
    with running.as_teacher(), pytest.raises(DomainError) as refused:
        await queries.GetSociogram(request)
    assert refused.value.code == "question_not_in_survey"


async def test_a_locked_survey_is_read_by_nobody_until_it_is_unlocked(
    running: Running, queries: Any, erasure: Any
) -> None:
    """SPEC T2."""
    ids = {"school_id": str(running.told.school_id), "survey_id": str(running.told.survey_id)}
    await erasure.LockSurvey(erasure_pb2.LockSurveyRequest(**ids))
    with pytest.raises(DomainError) as refused:
        await overview(running, queries)
    assert refused.value.code == "survey_is_locked"
    assert running.told.asked == []
    await erasure.UnlockSurvey(erasure_pb2.UnlockSurveyRequest(**ids))
    assert (await overview(running, queries)).frame.title == "Trivsel"


async def test_an_erased_survey_stays_gone(running: Running, queries: Any, erasure: Any) -> None:
    """SPEC T4, T6: last in this file, since nothing undoes it."""
    ids = {"school_id": str(running.told.school_id), "survey_id": str(running.told.survey_id)}
    for _ in range(2):
        answer = await erasure.EraseSurvey(erasure_pb2.EraseSurveyRequest(**ids))
        assert dict(answer.rows) == {}
    await erasure.UnlockSurvey(erasure_pb2.UnlockSurveyRequest(**ids))
    with pytest.raises(DomainError) as refused:
        await overview(running, queries)
    assert refused.value.code == "survey_is_locked"

"""The class report's pages (SPEC G1, G2, G6, G7); each reading is in the audit chain before it is shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from samspill_gateway.clients.reports import Reading, SociogramChoice

from .frame import Frame, frame_of

router = APIRouter(prefix="/undersokelser/{survey_id}/rapport")

VIEWS: Final = ("network", "target", "matrix", "table")
UUID: Final = re.compile(r"[0-9a-f-]{36}")
ANONYMISED: Final = "elevnummer"
"""Value of `visning` that turns every name into "elev n"; kept in every link of the report."""


@router.get("/oversikt", summary="What stands out, who answered")
async def overview(request: Request, survey_id: str) -> Response:
    frame, visitor, reading = await _reading(request, survey_id)
    report = await frame.reports.overview(visitor, reading)
    return _report_page(frame, visitor, reading, report.frame, "oversikt", report=report)


@router.get("/sporsmal", summary="Each question's distribution")
async def questions(request: Request, survey_id: str) -> Response:
    frame, visitor, reading = await _reading(request, survey_id)
    report = await frame.reports.questions(visitor, reading)
    return _report_page(frame, visitor, reading, report.frame, "sporsmal", report=report)


@router.get("/elevene", summary="Each pupil")
async def pupils(request: Request, survey_id: str) -> Response:
    frame, visitor, reading = await _reading(request, survey_id)
    report = await frame.reports.pupils(visitor, reading)
    return _report_page(frame, visitor, reading, report.frame, "elevene", report=report)


@router.get("/elevene/{participant_id}", summary="One pupil's own answers beside the class")
async def pupil(request: Request, survey_id: str, participant_id: str) -> Response:
    frame, visitor, reading = await _reading(request, survey_id)
    report = await frame.reports.pupil(visitor, reading, participant_id)
    return _report_page(
        frame, visitor, reading, report.frame, "elevene", template="elev", report=report
    )


@router.get("/relasjoner", summary="Sociogram: network, target, matrix, table")
async def relations(request: Request, survey_id: str) -> Response:
    frame, visitor, reading = await _reading(request, survey_id)
    chosen = _chosen(request)
    report = await frame.reports.sociogram(visitor, reading, chosen)
    links = _Links(request)
    return _report_page(
        frame,
        visitor,
        reading,
        report.frame,
        "relasjoner",
        report=report,
        chosen=chosen,
        # Safe: reports escapes every name it draws; links keep what else is chosen.
        svg=Markup(report.svg.replace('href="?valgt=', f'href="{links.before_selected()}')),  # noqa: S704
        link=links,
        views=[(each, links(visning_av=each)) for each in VIEWS],
        question_options=[(each.question_id, each.text) for each in report.frame.nominations],
    )


@router.get("/om-svarene", summary="Who answered, and the numbers behind the report")
async def quality(request: Request, survey_id: str) -> Response:
    frame, visitor, reading = await _reading(request, survey_id)
    report = await frame.reports.quality(visitor, reading)
    return _report_page(frame, visitor, reading, report.frame, "om-svarene", report=report)


@router.get("/pdf", summary="The report as a tagged PDF")
async def pdf(request: Request, survey_id: str) -> Response:
    frame, visitor, reading = await _reading(request, survey_id)
    with_pupils = request.query_params.get("elever") == "ja"
    content = await frame.reports.pdf(visitor, reading, pupil_pages=with_pupils)
    name = f"samspill-{survey_id[:8]}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/pdf", headers=headers)


class _Links:
    """Links of the sociogram page that keep what else is chosen."""

    def __init__(self, request: Request) -> None:
        self._now = {key: request.query_params[key] for key in request.query_params}

    def __call__(self, **changed: str | None) -> str:
        merged: Mapping[str, str | None] = {**self._now, **changed}
        return "?" + urlencode({key: value for key, value in merged.items() if value})

    def before_selected(self) -> str:
        rest = urlencode({key: value for key, value in self._now.items() if key != "valgt"})
        return "?" + (f"{rest}&amp;" if rest else "") + "valgt="

    def toggled(self, key: str) -> str:
        return self(**{key: None if self._now.get(key) == "ja" else "ja"})


async def _reading(request: Request, survey_id: str) -> tuple[Frame, Any, Reading]:
    frame = frame_of(request)
    visitor = await frame.staff()
    anonymised = request.query_params.get("visning") == ANONYMISED
    return frame, visitor, Reading(survey_id, frame.language, anonymised)


def _chosen(request: Request) -> SociogramChoice:
    wanted = request.query_params
    view = wanted.get("visning_av", "network")
    return SociogramChoice(
        question_id=_id(wanted.get("sporsmal", "")),
        view=view if view in VIEWS else "network",
        mutual_only=wanted.get("gjensidige") == "ja",
        friend_groups=wanted.get("grupper", "ja") != "nei",
        selected_id=_id(wanted.get("valgt", "")),
        gender={"jenter": "girl", "gutter": "boy"}.get(wanted.get("kjonn", ""), ""),
    )


def _id(text: str) -> str:
    return text if UUID.fullmatch(text) else ""


def _report_page(
    frame: Frame,
    visitor: Any,
    reading: Reading,
    about: Any,
    tab: str,
    *,
    template: str = "",
    **context: Any,
) -> Response:
    base = f"/undersokelser/{reading.survey_id}/rapport"
    suffix = f"?visning={ANONYMISED}" if reading.anonymised else ""
    words = frame.words
    tabs = [
        ("oversikt", words("Oversikt")),
        ("relasjoner", words("Relasjoner")),
        ("sporsmal", words("Spørsmål")),
        ("elevene", words("Elevene")),
        ("om-svarene", words("Om svarene")),
    ]
    return frame.staff_page(
        visitor,
        f"report/{template or tab}.html",
        active="undersokelser",
        about=about,
        base=base,
        suffix=suffix,
        anonymised=reading.anonymised,
        tab=tab,
        tabs_list=[(key, f"{base}/{key}{suffix}", text) for key, text in tabs],
        turned=frame.request.url.path + ("" if reading.anonymised else f"?visning={ANONYMISED}"),
        **context,
    )

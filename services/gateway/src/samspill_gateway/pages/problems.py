"""Errors in the reader's language: a page for people, a problem document for scripts (SPEC O3)."""

from __future__ import annotations

from typing import Final

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from samspill_gateway.pages.frame import Frame, frame_of
from samspill_kit.http import Problem, problem_document

PROBLEM: Final = "application/problem+json"
PUPIL_PATHS: Final = ("/elev", "/kode", "/k")


async def render_problem(request: Request, problem: Problem) -> Response:
    """Say what went wrong and the way out; somebody without a session is sent to the door."""
    frame = frame_of(request)
    text = frame.text_of(problem.code, problem.details)
    if _wants_document(request):
        return problem_document(problem, detail=text)
    if problem.status == 401:
        return _to_the_door(request)
    return _page(frame, problem, text)


def _to_the_door(request: Request) -> Response:
    if request.url.path.startswith(PUPIL_PATHS):
        return RedirectResponse("/", status_code=303)
    if request.method == "GET":
        return RedirectResponse(f"/logg-inn?til={request.url.path}", status_code=303)
    return RedirectResponse("/logg-inn", status_code=303)


def _page(frame: Frame, problem: Problem, text: str) -> Response:
    is_pupil = frame.request.url.path.startswith(PUPIL_PATHS)
    response = frame.page(
        "error.html",
        status=problem.status,
        heading=frame.words("Det gikk ikke"),
        text=text,
        href="/elev" if is_pupil else "/hjem",
        link=frame.words("Tilbake"),
    )
    response.headers.update(problem.headers)
    return response


def _wants_document(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    is_json = request.headers.get("content-type", "").startswith("application/json")
    return is_json or PROBLEM in accepted

"""Errors in the reader's language: a page for people, a problem document for scripts (SPEC O3)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from samspill_gateway.pages.frame import Frame, frame_of
from samspill_gateway.security import SESSION_COOKIE
from samspill_kit.http import Problem, problem_document

PROBLEM: Final = "application/problem+json"
PUPIL_PATHS: Final = ("/elev", "/kode", "/k")
FORM: Final = re.compile(
    r"(/kode|/logg-ut|/skole|/elev|/klasser/import|/undersokelser/[^/]+)(/.*)?"
)
"""Addresses below which forms are sent; whoever only opens one belongs on the page before it."""

DOORS: Final = {"/kode": "/", "/logg-ut": "/", "/skole": "/hjem"}


async def render_problem(request: Request, problem: Problem) -> Response:
    """Say what went wrong and the way out; somebody without a session is sent to the door."""
    frame = frame_of(request)
    problem = _without_a_loop(frame, problem)
    text = frame.text_of(problem.code, problem.details)
    if _wants_document(request):
        return problem_document(problem, detail=text)
    if problem.status == 401:
        return _to_the_door(frame, text)
    if problem.status == 405 and (opened := FORM.fullmatch(request.url.path)):
        return _before_the_form(request, opened[1])
    return _page(frame, problem, text)


def _without_a_loop(frame: Frame, problem: Problem) -> Problem:
    """A passport is asked for again before it ends: one that is refused as too old means that a
    clock goes wrong, and a new sign-in would be refused like the last.
    """
    if problem.code != "passport_expired":
        return problem
    token = frame.request.cookies.get(SESSION_COOKIE)
    if token:
        frame.visitors.forget(token)
    return replace(problem, code="clocks_differ", status=503)


def _to_the_door(frame: Frame, text: str) -> Response:
    path = frame.request.url.path
    if path.startswith(PUPIL_PATHS):
        return RedirectResponse("/", status_code=303)
    if frame.request.method == "GET":
        return RedirectResponse(f"/logg-inn?til={path}", status_code=303)
    # A link: browsers that heed form-action refuse a form whose answer leads on to Keycloak.
    return frame.page(
        "error.html",
        status=401,
        heading=frame.words("Du er logget ut"),
        text=text,
        href="/logg-inn",
        link=frame.words("Logg inn igjen"),
    )


def _before_the_form(request: Request, form: str) -> Response:
    """Answer a form's address that was opened again, as by the language menu or a reload."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(DOORS.get(form, form) + query, status_code=303)


def _page(frame: Frame, problem: Problem, text: str) -> Response:
    is_lost = problem.status == 404
    response = frame.page(
        "error.html",
        status=problem.status,
        heading=frame.words("Vi finner ikke siden") if is_lost else frame.words("Det gikk ikke"),
        text=text,
        href=_way_back(frame.request),
        link=frame.words("Tilbake"),
    )
    response.headers.update(problem.headers)
    return response


def _way_back(request: Request) -> str:
    if request.url.path.startswith(PUPIL_PATHS):
        return "/elev"
    return "/hjem" if SESSION_COOKIE in request.cookies else "/"


def _wants_document(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    is_json = request.headers.get("content-type", "").startswith("application/json")
    return is_json or PROBLEM in accepted

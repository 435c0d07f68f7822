"""Errors in the reader's language: a page for people, a problem document for scripts (SPEC O3)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from samspill_gateway.pages.frame import Frame, frame_of
from samspill_gateway.pages.visitors import Visitor
from samspill_gateway.security import SESSION_COOKIE
from samspill_kit.errors import DomainError
from samspill_kit.http import Problem, problem_document

PROBLEM: Final = "application/problem+json"
PUPIL_PATHS: Final = ("/elev", "/kode", "/k")
FORM: Final = re.compile(
    r"(/kode|/logg-ut|/elev|/klasser/import|/undersokelser/[^/]+|/tilgang/[^/]+"
    r"|/meg/innlogginger)(/.*)?"
)
"""Addresses below which forms are sent; whoever only opens one belongs on the page before it."""

DOORS: Final = {"/kode": "/", "/logg-ut": "/"}

SURVEY: Final = re.compile(r"/undersokelser/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:/.*)?")
OPENED_BY_LEADER: Final = "leader"
SECOND_FACTOR: Final = "second_factor_needed"
PROVIDER_DOWN: Final = "identity_provider_down"


async def render_problem(request: Request, problem: Problem) -> Response:
    """Say what went wrong and the way out; somebody without a session is sent to the door."""
    frame = frame_of(request)
    problem = _without_a_loop(frame, problem)
    text = frame.text_of(problem.code, problem.details)
    if _wants_document(request):
        return problem_document(_for_scripts(problem), detail=text)
    if problem.status == 401:
        return _to_the_door(frame, text)
    if problem.status == 405 and (opened := FORM.fullmatch(request.url.path)):
        return _before_the_form(request, opened[1])
    return await _page_about(frame, problem, text)


async def _page_about(frame: Frame, problem: Problem, text: str) -> Response:
    if problem.code == SECOND_FACTOR:
        return _second_factor(frame, text)
    if problem.code == PROVIDER_DOWN:
        return _provider_down(frame, problem, text)
    if problem.status == 403 and "who_can" in problem.details:
        return await _closed_door(frame, problem, text)
    return _page(frame, problem, text)


def _for_scripts(problem: Problem) -> Problem:
    """Whose door it is stays on the page: a refusal tells scripts its code alone."""
    return replace(problem, details={}) if problem.status == 403 else problem


async def _closed_door(frame: Frame, problem: Problem, text: str) -> Response:
    """Say why something of the own school is closed, and who can open it, by name (SPEC I4)."""
    visitor = await _colleague(frame)
    if visitor is None:
        return _page(frame, problem, text)
    return frame.staff_page(
        visitor,
        "staff/closed.html",
        active="",
        status=problem.status,
        text=text,
        keepers=await _keepers(frame, visitor, problem),
        back=_way_back(frame.request),
    )


async def _colleague(frame: Frame) -> Visitor | None:
    """Return who asked, if that is somebody at work at a school; a passport may be what was refused."""
    try:
        visitor = await frame.visitors.of(frame.request)
    except DomainError:
        return None
    is_at_school = visitor and visitor.staff and visitor.staff.school_id
    return visitor if is_at_school else None


async def _keepers(frame: Frame, visitor: Visitor, problem: Problem) -> Sequence[tuple[str, str]]:
    """Names and roles; without an answer the page says why all the same."""
    wanted = problem.details["who_can"]
    in_path = SURVEY.fullmatch(frame.request.url.path)
    survey_id = problem.details.get("survey_id") or (in_path[1] if in_path else None)
    try:
        keepers = await frame.identity.who_can_open(visitor, survey_id)
    except DomainError:
        return []
    assert visitor.staff is not None
    return [
        (
            each.display_name,
            frame.words("leder") if each.role == "leader" else frame.words("laget undersøkelsen"),
        )
        for each in keepers
        if each.staff_id != visitor.staff.staff_id
        and (each.role == OPENED_BY_LEADER or wanted != OPENED_BY_LEADER)
    ]


def _second_factor(frame: Frame, text: str) -> Response:
    """Send the person to Keycloak's second step and back to the same page."""
    url = frame.request.url
    path = url.path if frame.request.method == "GET" else _way_back(frame.request)
    query = f"?{url.query}" if url.query and frame.request.method == "GET" else ""
    return frame.page(
        "error.html",
        status=403,
        heading=frame.words("Bekreft at det er deg"),
        text=text,
        href=f"/logg-inn?trinn=2&til={quote(path + query, safe='/')}",
        link=frame.words("Bekreft at det er deg"),
    )


def _provider_down(frame: Frame, problem: Problem, text: str) -> Response:
    response = frame.page(
        "error.html",
        status=problem.status,
        heading=frame.words("Innloggingen svarer ikke"),
        text=text,
        href=frame.request.url.path if frame.request.method == "GET" else "/hjem",
        link=frame.words("Prøv igjen"),
    )
    response.headers.update(problem.headers)
    return response


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

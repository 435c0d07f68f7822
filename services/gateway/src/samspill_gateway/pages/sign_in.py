"""Staff sign in through Keycloak; the gateway only carries the browser there and back (SPEC I1)."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from samspill_gateway.security import (
    ATTEMPT_COOKIE,
    ATTEMPT_SECONDS,
    SESSION_COOKIE,
    clear_cookie,
    set_cookie,
)
from samspill_kit.errors import DomainError

from .frame import frame_of
from .sign_ins import device_of

router = APIRouter()

SECOND_STEP: Final = "2"
MOST_SCHOOLS: Final = 50


@router.get("/logg-inn", summary="Send the browser to Keycloak")
async def sign_in(request: Request) -> Response:
    frame = frame_of(request)
    begun = await frame.identity.begin_sign_in(
        _local_path(request),
        frame.language,
        second_factor=request.query_params.get("trinn") == SECOND_STEP,
    )
    response = RedirectResponse(begun.authorization_url, status_code=303)
    set_cookie(response, ATTEMPT_COOKIE, begun.attempt_token, max_age=ATTEMPT_SECONDS)
    return response


@router.get("/logg-inn/retur", summary="Where Keycloak sends the browser back")
async def signed_in(request: Request) -> Response:
    frame = frame_of(request)
    attempt = request.cookies.get(ATTEMPT_COOKIE, "")
    code, state = (request.query_params.get(name, "") for name in ("code", "state"))
    if not (attempt and code and state):
        return RedirectResponse("/logg-inn", status_code=303)
    try:
        device = device_of(request.headers.get("user-agent", ""))
        done = await frame.identity.complete_sign_in(attempt, code, state, device=device)
    except DomainError as error:
        response = frame.page(
            "error.html",
            status=frame.status_of(error),
            heading=frame.words("Innloggingen ble ikke fullført"),
            text=frame.error_text(error),
            href="/logg-inn",
            link=frame.words("Prøv igjen"),
        )
        clear_cookie(response, ATTEMPT_COOKIE)
        return response
    response = RedirectResponse(done.return_path or "/hjem", status_code=303)
    clear_cookie(response, ATTEMPT_COOKIE)
    set_cookie(response, SESSION_COOKIE, done.session_token)
    return response


@router.post("/logg-ut", summary="End the session here and in Keycloak")
async def sign_out(request: Request) -> Response:
    frame = frame_of(request)
    token = request.cookies.get(SESSION_COOKIE)
    end_session_url = ""
    if token:
        frame.visitors.forget(token)
        end_session_url = await frame.identity.end_session(token)
    if end_session_url:
        # A link, since the content policy lets no form lead away from this site.
        response = frame.page(
            "error.html",
            heading=frame.words("Du er logget ut av Samspill"),
            text=frame.words("På en delt maskin bør du logge ut av skolens innlogging også."),
            href=end_session_url,
            link=frame.words("Logg ut der også"),
        )
    else:
        response = RedirectResponse("/", status_code=303)
    clear_cookie(response, SESSION_COOKIE)
    return response


@router.post("/logg-ut/keycloak", summary="Back-channel logout: Keycloak ends sessions")
async def back_channel(request: Request) -> Response:
    fields = await request.form()
    token = str(fields.get("logout_token") or "")
    await frame_of(request).identity.end_sessions_by_logout_token(token)
    return Response(status_code=200)


@router.get("/skole", summary="Every school that one may choose")
async def schools(request: Request) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    assert visitor.staff is not None
    query = request.query_params.get("sok", "").strip()[:100]
    found = [each for each in visitor.staff.schools if query.casefold() in each.name.casefold()]
    return frame.staff_page(
        visitor,
        "staff/schools.html",
        active="",
        query=query,
        found=found[:MOST_SCHOOLS],
        count=len(found),
        current=visitor.staff.school_id,
    )


@router.post("/skole", summary="Choose the active school")
async def choose_school(request: Request) -> Response:
    frame = frame_of(request)
    visitor = await frame.employee()
    fields = await request.form()
    if municipality_id := str(fields.get("municipality_id") or ""):
        await frame.municipality.choose(visitor.token, municipality_id)
    else:
        await frame.identity.choose_school(visitor.token, str(fields.get("school_id") or ""))
    frame.visitors.forget(visitor.token)
    return RedirectResponse("/hjem", status_code=303)


def _local_path(request: Request) -> str:
    """Return where to go after signing in; only a path of our own, never another site's address."""
    wanted = request.query_params.get("til", "/hjem")
    is_local = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if is_local and len(wanted) <= 300 else "/hjem"

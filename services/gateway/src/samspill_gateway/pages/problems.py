"""Errors in the reader's language: a page for people, a problem document for scripts (SPEC O3)."""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from samspill_kit.errors import DomainError, NotFound, Unauthenticated
from samspill_kit.grpc.call import travelling
from samspill_kit.logging import get_logger
from starlette.exceptions import HTTPException

from .frame import Frame, frame_of

log = get_logger(__name__)

PROBLEM: Final = "application/problem+json"
PUPIL_PATHS: Final = ("/elev", "/kode", "/k")


class PageNotFound(NotFound):
    """No page has this address."""

    code = "page_not_found"


def handle_errors(app: FastAPI) -> None:
    """Give every error its page; what is not a refusal of ours is logged and called internal."""
    app.add_exception_handler(DomainError, _refused)
    app.add_exception_handler(HTTPException, _no_such_page)
    app.add_exception_handler(RequestValidationError, _no_such_page)
    app.add_exception_handler(Exception, _internal)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)
    frame = frame_of(request)
    if _wants_problem(request):
        return _problem(frame, error)
    if isinstance(error, Unauthenticated) or error.kind is Unauthenticated:
        return _to_the_door(request)
    return _error_page(frame, error.code, frame.error_text(error), frame.status_of(error))


async def _no_such_page(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    frame = frame_of(request)
    missing = PageNotFound()
    if _wants_problem(request):
        return _problem(frame, missing)
    return _error_page(frame, missing.code, frame.error_text(missing), status)


async def _internal(request: Request, error: Exception) -> Response:
    log.error("A page failed", exc_info=error, path=request.scope.get("route_path", ""))
    frame = frame_of(request)
    text = frame.words("error.internal")
    if _wants_problem(request):
        content = {"code": "internal", "detail": text, "request_id": travelling().request_id}
        return JSONResponse(content, status_code=500, media_type=PROBLEM)
    return _error_page(frame, "internal", text, 500)


def _problem(frame: Frame, error: DomainError) -> Response:
    """RFC 9457, with our code, and the question it is about where there is one."""
    content = {
        "type": f"urn:samspill:error:{error.code}",
        "title": error.code,
        "status": frame.status_of(error),
        "code": error.code,
        "detail": frame.error_text(error),
        "request_id": travelling().request_id,
    }
    if "question_id" in error.details:
        content["question_id"] = error.details["question_id"]
    headers = {}
    if "retry_after" in error.details:
        headers["Retry-After"] = error.details["retry_after"]
    status = frame.status_of(error)
    return JSONResponse(content, status_code=status, media_type=PROBLEM, headers=headers)


def _to_the_door(request: Request) -> Response:
    """Send somebody without a session to where they can get one."""
    if request.url.path.startswith(PUPIL_PATHS):
        return RedirectResponse("/", status_code=303)
    if request.method == "GET":
        return RedirectResponse(f"/logg-inn?til={request.url.path}", status_code=303)
    return RedirectResponse("/logg-inn", status_code=303)


def _error_page(frame: Frame, code: str, text: str, status: int) -> Response:
    is_pupil = frame.request.url.path.startswith(PUPIL_PATHS)
    return frame.page(
        "error.html",
        status=status,
        heading=frame.words("Det gikk ikke"),
        text=text,
        href="/elev" if is_pupil else "/hjem",
        link=frame.words("Tilbake"),
        code=code,
    )


def _wants_problem(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    return PROBLEM in accepted or request.headers.get("content-type", "").startswith(
        "application/json"
    )

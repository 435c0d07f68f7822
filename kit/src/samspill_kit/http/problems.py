"""Errors over HTTP: one status per kind, and a problem document with code and request id."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from samspill_kit.errors import (
    AlreadyExists,
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    Refused,
    Stale,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from samspill_kit.http.request_ids import request_id_of
from samspill_kit.logging import get_logger

log = get_logger(__name__)

STATUS_OF_KIND: Final[dict[type[DomainError], int]] = {
    Invalid: 422,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    AlreadyExists: 409,
    Stale: 409,
    Refused: 409,
    TooMany: 429,
    Unavailable: 503,
}


def status_of(error: DomainError) -> int:
    """Return the HTTP status of an error, by its kind."""
    return STATUS_OF_KIND[error.kind]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is told about an error, before somebody puts it into words."""

    status: int
    code: str
    """The error's code; `internal` for a bug, `http_<status>` for what the framework refuses."""

    details: Mapping[str, str]
    request_id: str

    @property
    def headers(self) -> dict[str, str]:
        """Retry-After where the caller should wait."""
        after = self.details.get("retry_after", "5" if self.status == 503 else None)
        return {"Retry-After": after} if after and self.status in (429, 503) else {}


Render = Callable[[Request, Problem], Awaitable[Response]]


def problem_document(problem: Problem, *, detail: str) -> Response:
    """Return the problem as application/problem+json (RFC 9457); `detail` is for people."""
    content: dict[str, object] = {
        "status": problem.status,
        "code": problem.code,
        "detail": detail,
        "request_id": problem.request_id,
    }
    return JSONResponse(
        content | {key: value for key, value in problem.details.items() if key not in content},
        status_code=problem.status,
        headers=problem.headers,
        media_type="application/problem+json",
    )


def install_problems(app: FastAPI, render: Render) -> None:
    """Turn every error of the app's routes into a response; a bug is logged and not described."""

    async def refused(request: Request, error: Exception) -> Response:
        raised = cast(DomainError, error)
        return await render(
            request, _problem(request, status_of(raised), raised.code, raised.details)
        )

    async def malformed(request: Request, _error: Exception) -> Response:
        return await render(request, _problem(request, 422, "request_malformed", {}))

    async def refused_by_framework(request: Request, error: Exception) -> Response:
        status = cast(HTTPException, error).status_code
        return await render(request, _problem(request, status, f"http_{status}", {}))

    async def failed(request: Request, error: Exception) -> Response:
        log.error("A request failed", exc_info=error)
        return await render(request, _problem(request, 500, "internal", {}))

    handlers: dict[type[Exception], Any] = {
        DomainError: refused,
        RequestValidationError: malformed,
        HTTPException: refused_by_framework,
        Exception: failed,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def _problem(request: Request, status: int, code: str, details: Mapping[str, str]) -> Problem:
    return Problem(status, code, details, request_id_of(request))

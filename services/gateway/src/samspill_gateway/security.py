"""The browser's side of trust: one opaque cookie, own origin only, strict content policy (SPEC P4)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request, Response

from samspill_kit.errors import Forbidden

SESSION_COOKIE: Final = "__Host-samspill"
ATTEMPT_COOKIE: Final = "__Host-samspill-innlogging"
ATTEMPT_SECONDS: Final = 600

HEADERS: Final = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class ForeignOrigin(Forbidden):
    """A form or call came from another site's page."""

    code = "foreign_origin"


class SecurityHeaders:
    """Puts the headers on every answer, and lets nothing personal be stored on the way."""

    def __init__(self, *, secure_transport: bool) -> None:
        self._headers = dict(HEADERS)
        if secure_transport:
            self._headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    async def __call__(
        self, request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        response = await call_next(request)
        for name, value in self._headers.items():
            response.headers.setdefault(name, value)
        if not request.url.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def check_origin(request: Request, public_origin: str) -> None:
    """Refuse a change that another site's page asked for.

    Browsers send Origin with every POST and Sec-Fetch-Site with every request; a change without either
    does not come from a page of ours. Together with the SameSite cookie this needs no token in the form,
    so a page that stood open over lunch can still be sent.

    Raises:
        ForeignOrigin: the request is a change and its origin is not the public address.
    """
    if request.method in SAFE_METHODS:
        return
    origin = request.headers.get("origin")
    if origin is not None and origin != "null":
        if origin != public_origin:
            raise ForeignOrigin()
        return
    if request.headers.get("sec-fetch-site") != "same-origin":
        raise ForeignOrigin()


def origin_of(address: str) -> str:
    """Return scheme, host and port of an address, as browsers write an Origin."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def set_cookie(response: Response, name: str, value: str, *, max_age: int | None = None) -> None:
    """Set one of our own cookies: secure, for this host, not for scripts."""
    response.set_cookie(
        name, value, max_age=max_age, path="/", secure=True, httponly=True, samesite="lax"
    )


def clear_cookie(response: Response, name: str) -> None:
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")

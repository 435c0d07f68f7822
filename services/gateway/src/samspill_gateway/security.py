"""The browser's side of trust: one opaque cookie, own origin only, strict content policy (SPEC P4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
    # Not "no-referrer": browsers would then say "Origin: null" with our own forms (Fetch, 3.2), and those
    # without Sec-Fetch-Site could not be told from another site's.
    "Referrer-Policy": "same-origin",
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
    """ASGI middleware: puts the headers on every answer, and lets nothing personal be stored on the way."""

    def __init__(self, app: ASGIApp, *, secure_transport: bool) -> None:
        self._app = app
        headers = dict(HEADERS)
        if secure_transport:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        self._always = _encoded(headers)
        self._personal = _encoded(headers | {"Cache-Control": "no-store"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; a header that the page has set itself stays as it is."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        wanted = self._always if scope["path"].startswith("/static/") else self._personal

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = message.setdefault("headers", [])
                present = {name.lower() for name, _ in sent}
                sent.extend(header for header in wanted if header[0] not in present)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


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

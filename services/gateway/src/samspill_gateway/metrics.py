"""How many requests each route gets, how they end and how long they take; never whose."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Final

from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STATIC: Final = "GET /static"
ELSEWHERE: Final = "elsewhere"
"""What is no route of ours; an address that somebody invents must not become a label."""

STATUSES: Final = ("2xx", "3xx", "4xx", "5xx")

REQUEST_SECONDS: Final = Histogram(
    "samspill_gateway_request_seconds",
    "Time from a request to the end of its answer, by route.",
    ("route",),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
REQUESTS: Final = Counter(
    "samspill_gateway_requests_total",
    "Requests by route and class of status.",
    ("route", "status"),
)


def expect(routes: Iterable[str]) -> frozenset[str]:
    """Return the routes, written as "GET /hjem", that are measured; each is there at 0 from now."""
    expected = frozenset((*routes, STATIC, ELSEWHERE))
    for route in expected:
        REQUEST_SECONDS.labels(route)
        for status in STATUSES:
            REQUESTS.labels(route, status)
    return expected


class Measured:
    """ASGI middleware. Routes are told by their templates, so that no id reaches a label."""

    def __init__(self, app: ASGIApp, *, routes: frozenset[str]) -> None:
        self._app = app
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began_at = time.perf_counter()
        status = 500

        async def send_noting_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_noting_status)
        finally:
            route = self._route_of(scope)
            REQUEST_SECONDS.labels(route).observe(time.perf_counter() - began_at)
            REQUESTS.labels(route, f"{status // 100}xx").inc()

    def _route_of(self, scope: Scope) -> str:
        if scope["path"].startswith("/static/"):
            return STATIC
        route = f"{scope['method']} {getattr(scope.get('route'), 'path', '')}"
        return route if route in self._routes else ELSEWHERE

"""Every answer carries the strict headers, and pages are stored nowhere (SPEC P4)."""

from __future__ import annotations

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from samspill_gateway.security import HEADERS, SecurityHeaders


async def page(_request: object) -> Response:
    return PlainTextResponse("ok")


async def page_with_its_own(_request: object) -> Response:
    return PlainTextResponse("ok", headers={"Referrer-Policy": "same-origin"})


async def get(path: str, *, secure: bool = False) -> httpx.Response:
    routes = [Route("/", page), Route("/static/a.css", page), Route("/own", page_with_its_own)]
    headers = Middleware(SecurityHeaders, secure_transport=secure)
    app = httpx.ASGITransport(Starlette(routes=routes, middleware=[headers]))
    async with httpx.AsyncClient(transport=app, base_url="http://samspill.example") as browser:
        return await browser.get(path)


async def test_a_page_has_every_header_and_is_not_stored() -> None:
    answer = await get("/")
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert answer.headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in answer.headers


async def test_a_picture_or_script_may_be_stored() -> None:
    answer = await get("/static/a.css")
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert "cache-control" not in answer.headers


async def test_over_tls_the_browser_is_told_to_stay_with_it() -> None:
    answer = await get("/", secure=True)
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")


async def test_a_header_of_the_page_itself_stands_alone() -> None:
    answer = await get("/own")
    assert answer.headers.get_list("referrer-policy") == ["same-origin"]


async def test_a_refused_address_has_the_headers_too() -> None:
    answer = await get("/nowhere")
    assert answer.status_code == 404
    assert answer.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]

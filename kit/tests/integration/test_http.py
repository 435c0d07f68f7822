"""Errors over HTTP, and a server that drains."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel

from samspill_kit import errors
from samspill_kit.http import (
    HttpServer,
    Problem,
    RequestIds,
    install_problems,
    problem_document,
    request_id_of,
)
from samspill_kit.settings import HostPort

ANYWHERE = HostPort("127.0.0.1", 0)


class Wish(BaseModel):
    count: int


def make_app() -> FastAPI:
    app = FastAPI()
    app.add_middleware(RequestIds)

    async def render(_request: Request, problem: Problem) -> Response:
        return problem_document(problem, detail="A sentence in somebody's language")

    install_problems(app, render)

    @app.get("/refusals/{kind}")
    async def refuse(kind: str) -> None:
        kinds = {each.__name__: each for each in errors.KINDS}
        raise errors.rebuild(kinds[kind], "some_code", {"survey_id": "7", "retry_after": "3"})

    @app.get("/bug")
    async def fail() -> None:
        raise KeyError("Nora")

    @app.post("/wishes")
    async def wish(_wish: Wish) -> None:
        return None

    @app.get("/whence")
    async def whence(request: Request) -> str:
        return request.client.host if request.client else ""

    @app.get("/slow")
    async def slow(request: Request) -> str:
        await asyncio.sleep(0.5)
        return request_id_of(request)

    return app


@pytest.fixture
async def server() -> AsyncIterator[HttpServer]:
    server = HttpServer(make_app(), ANYWHERE)
    await server.start()
    yield server
    await server.drain(timedelta(seconds=2))
    await server.stop()


@pytest.fixture
async def browser(server: HttpServer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as browser:
        yield browser


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("Invalid", 422),
        ("Unauthenticated", 401),
        ("Forbidden", 403),
        ("NotFound", 404),
        ("AlreadyExists", 409),
        ("Stale", 409),
        ("Refused", 409),
        ("TooMany", 429),
        ("Unavailable", 503),
    ],
)
async def test_each_kind_has_its_status_and_tells_its_code(
    browser: httpx.AsyncClient, kind: str, status: int
) -> None:
    answer = await browser.get(f"/refusals/{kind}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["code"] == "some_code"
    assert told["survey_id"] == "7"
    assert told["request_id"] == answer.headers["x-request-id"]
    assert answer.headers.get("retry-after") == ("3" if status in (429, 503) else None)


async def test_a_bug_is_never_described(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/bug")
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal"
    assert "Nora" not in answer.text


async def test_a_malformed_request_is_refused_without_being_repeated(
    browser: httpx.AsyncClient,
) -> None:
    answer = await browser.post("/wishes", json={"count": "Nora"})
    assert answer.status_code == 422
    assert answer.json()["code"] == "request_malformed"
    assert "Nora" not in answer.text


async def test_what_does_not_exist_is_a_problem_too(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/nowhere")
    assert answer.json()["code"] == "http_404"


async def test_a_browsers_request_id_is_not_believed(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/nowhere", headers={"x-request-id": "Nora"})
    assert UUID(answer.headers["x-request-id"])


async def test_draining_finishes_the_request_under_way(
    server: HttpServer, browser: httpx.AsyncClient
) -> None:
    under_way = asyncio.create_task(browser.get("/slow"))
    await asyncio.sleep(0.2)
    await server.drain(timedelta(seconds=5))
    answer = await under_way
    assert answer.status_code == 200
    assert answer.json() == answer.headers["x-request-id"]


async def test_a_port_in_use_is_an_error(server: HttpServer) -> None:
    second = HttpServer(make_app(), HostPort("127.0.0.1", server.port))
    with pytest.raises(OSError, match="in use"):
        await second.start()


@pytest.mark.parametrize(
    ("trusted", "seen"),
    [(frozenset(), "127.0.0.1"), (frozenset({"127.0.0.1"}), "203.0.113.7")],
)
async def test_where_a_request_comes_from_is_believed_of_named_proxies_alone(
    trusted: frozenset[str], seen: str
) -> None:
    server = HttpServer(make_app(), ANYWHERE, trusted_proxies=trusted)
    await server.start()
    try:
        async with httpx.AsyncClient() as http:
            answer = await http.get(
                f"http://127.0.0.1:{server.port}/whence",
                headers={"X-Forwarded-For": "203.0.113.7"},
            )
        assert answer.json() == seen
    finally:
        await server.drain(timedelta(seconds=1))
        await server.stop()

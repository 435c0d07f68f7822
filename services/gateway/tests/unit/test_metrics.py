"""Requests are counted by route; what somebody types into the address bar becomes no label."""

from __future__ import annotations

from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI, Response
from prometheus_client import generate_latest

from samspill_gateway.bootstrap import routes
from samspill_gateway.metrics import Measured, expect
from samspill_kit.testing.metrics import measured

ROUTE = "GET /sample/{survey_id}"


def sample() -> httpx.AsyncClient:
    app = FastAPI()

    @app.get("/sample/{survey_id}")
    async def page(survey_id: str) -> Response:
        if survey_id == "broken":
            raise ArithmeticError
        return Response("ok")

    app.add_middleware(Measured, routes=expect([ROUTE]))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://samspill.example")


def requests(route: str, status: str) -> float:
    return measured("samspill_gateway_requests_total", route=route, status=status)


async def test_a_page_is_counted_under_its_template() -> None:
    survey = str(uuid4())
    async with sample() as browser:
        before = requests(ROUTE, "2xx")
        await browser.get(f"/sample/{survey}")
    assert requests(ROUTE, "2xx") == before + 1
    assert measured("samspill_gateway_request_seconds_count", route=ROUTE) >= 1
    assert survey not in generate_latest().decode()


async def test_a_page_that_breaks_is_counted_as_broken() -> None:
    async with sample() as browser:
        before = requests(ROUTE, "5xx")
        await browser.get("/sample/broken")
    assert requests(ROUTE, "5xx") == before + 1


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/Nora/Hansen"), ("NORA", "/sample/1"), ("GET", "/static")]
)
async def test_an_invented_address_or_method_is_elsewhere(method: str, path: str) -> None:
    async with sample() as browser:
        before = requests("elsewhere", "4xx")
        await browser.request(method, path)
    assert requests("elsewhere", "4xx") == before + 1
    assert "nora" not in generate_latest().decode().lower()


def test_the_gateway_names_each_of_its_routes_once() -> None:
    told = routes()
    assert len(told) == len(set(told))
    assert {"POST /kode", "GET /undersokelser/{survey_id}/rapport/oversikt"} <= set(told)

"""The only file that knows every part of the gateway."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles

from samspill_kit.clock import SystemClock
from samspill_kit.grpc import Channel, Tls
from samspill_kit.http import HttpServer, RequestIds, install_problems
from samspill_kit.process import Service

from .clients import Backends
from .clients.calls import Calls
from .clients.doors import Doors
from .clients.identity import Identity
from .clients.municipality import Municipality
from .clients.reports import Reports
from .clients.responses import Responses
from .clients.retention import Retention
from .clients.surveys import Surveys
from .metrics import Measured, expect
from .pages import (
    access,
    audit,
    ceilings,
    classes,
    codes,
    deletion,
    home,
    municipality,
    pupil,
    reports,
    school_leaders,
    sharing,
    sign_in,
    sign_ins,
    staff_changes,
    surveys,
)
from .pages.forms import Forms
from .pages.frame import House, environments
from .pages.problems import render_problem
from .pages.visitors import ElsewhereNow, Visitors
from .security import SecurityHeaders, check_origin, origin_of
from .settings import Settings

STATIC: Final = Path(__file__).parent / "static"
PAGES: Final = (
    pupil,
    sign_in,
    home,
    surveys,
    codes,
    deletion,
    reports,
    classes,
    audit,
    staff_changes,
    access,
    sign_ins,
)
OF_THE_MUNICIPALITY: Final = (municipality, school_leaders, ceilings)
EVERY_PAGE: Final = (*PAGES, sharing, *OF_THE_MUNICIPALITY)
BACK_CHANNEL: Final = "/logg-ut/keycloak"
"""Keycloak calls it, no browser: it proves itself with a signed token instead of an origin."""


async def build(settings: Settings) -> Service:
    """Put the gateway together."""
    service = Service("gateway", settings)
    app = application(settings, _house(service, settings))
    server = HttpServer(app, settings.http_listen, trusted_proxies=settings.trusted_proxies)
    service.add(server)
    return service


def application(settings: Settings, house: House) -> FastAPI:
    """Return the ASGI application with every page."""
    app = FastAPI(title="Samspill", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.house = house
    public_origin = origin_of(str(settings.public_address))

    async def guard(request: Request) -> None:
        if request.url.path != BACK_CHANNEL:
            check_origin(request, public_origin)

    secure = settings.public_address.scheme == "https"
    app.add_middleware(SecurityHeaders, secure_transport=secure)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.get("/healthz", include_in_schema=False)(_alive)
    for module in EVERY_PAGE:
        app.include_router(module.router, dependencies=[Depends(guard)])
    install_problems(app, render_problem)
    app.add_exception_handler(ElsewhereNow, _the_right_place)
    app.add_middleware(RequestIds)
    app.add_middleware(Measured, routes=expect(routes()))
    return app


def routes() -> Sequence[str]:
    """Return every route with its method, as the metrics tell them."""
    pages = (route for module in EVERY_PAGE for route in module.router.routes)
    told = [
        f"{method} {page.path}"
        for page in pages
        if isinstance(page, APIRoute)
        for method in sorted(page.methods or ())
    ]
    return ["GET /healthz", *told]


def _house(service: Service, settings: Settings) -> House:
    clock = SystemClock()
    backends = _backends(service, settings)
    return House(
        backends=backends,
        visitors=Visitors(backends.identity, clock),
        forms=Forms(backends.surveys, clock, keep_for=settings.form_kept_for),
        templates=environments(),
        clock=clock,
        public_address=str(settings.public_address),
    )


def _backends(service: Service, settings: Settings) -> Backends:
    tls = Tls.read(settings.tls_directory)
    quick, slow = settings.call_timeout, settings.report_timeout
    identity = service.add(Channel("identity", settings.identity_address, tls, timeout=quick))
    surveys_ = service.add(Channel("surveys", settings.surveys_address, tls, timeout=slow))
    responses = service.add(Channel("responses", settings.responses_address, tls, timeout=quick))
    reports_ = service.add(Channel("reports", settings.reports_address, tls, timeout=slow))
    retention = service.add(Channel("retention", settings.retention_address, tls, timeout=slow))
    return Backends(
        doors=Doors(Calls(identity)),
        municipality=Municipality(Calls(identity)),
        identity=Identity(Calls(identity, repeatable=("IssuePassport", "EndSession"))),
        surveys=Surveys(Calls(surveys_, repeatable=("OpenSurvey", "CloseSurvey"))),
        responses=Responses(Calls(responses, repeatable=("SaveAnswers", "SubmitAnswers"))),
        reports=Reports(Calls(reports_)),
        retention=Retention(Calls(retention, repeatable=("DeleteSurvey",))),
    )


async def _the_right_place(_: Request, elsewhere: Exception) -> Response:
    assert isinstance(elsewhere, ElsewhereNow)
    return RedirectResponse(elsewhere.path, status_code=303)


async def _alive() -> Response:
    return Response("ok", media_type="text/plain")

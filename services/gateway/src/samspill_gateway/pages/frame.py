"""What every page needs: its language, the services, the template, the person's name in the corner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, cast

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from google.protobuf.timestamp_pb2 import Timestamp
from jinja2 import Environment, FileSystemLoader, select_autoescape

from samspill_gateway.clients import Backends
from samspill_gateway.language import (
    LANGUAGE_COOKIE,
    LANGUAGES,
    Words,
    clock_time,
    day,
    day_with_year,
    language_of,
    plain_day,
    short_day,
    words,
)
from samspill_kit.clock import Clock
from samspill_kit.errors import DomainError
from samspill_kit.http import status_of

from .forms import Forms, KeptForm
from .question_sheet import QuestionSheet
from .visitors import ElsewhereNow, SignedOut, Visitor, Visitors

TEMPLATES: Final = Path(__file__).parents[1] / "templates"


@dataclass(frozen=True, slots=True)
class House:
    """What the gateway's pages share for as long as the process lives."""

    backends: Backends
    visitors: Visitors
    forms: Forms
    templates: Mapping[str, Environment]
    clock: Clock
    public_address: str


@dataclass(frozen=True, slots=True)
class Frame:
    """One request's view of the house."""

    request: Request
    house: House
    language: str

    @property
    def words(self) -> Words:
        return Words(self.language)

    @property
    def visitors(self) -> Visitors:
        return self.house.visitors

    @property
    def identity(self) -> Any:
        return self.house.backends.identity

    @property
    def doors(self) -> Any:
        return self.house.backends.doors

    @property
    def municipality(self) -> Any:
        return self.house.backends.municipality

    @property
    def surveys(self) -> Any:
        return self.house.backends.surveys

    @property
    def responses(self) -> Any:
        return self.house.backends.responses

    @property
    def reports(self) -> Any:
        return self.house.backends.reports

    @property
    def retention(self) -> Any:
        return self.house.backends.retention

    def now(self) -> datetime:
        return self.house.clock.now()

    async def form(self, visitor: Visitor) -> Any:
        """Return the pupil's survey form, kept in memory for a minute at the most."""
        return (await self._kept(visitor)).form

    async def sheet(self, visitor: Visitor) -> QuestionSheet:
        """Return the form's questions in the request's language, drawn beforehand."""
        environment = self.house.templates[self.language]
        return (await self._kept(visitor)).sheet(self.language, environment)

    async def _kept(self, visitor: Visitor) -> KeptForm:
        assert visitor.pupil is not None
        return await self.house.forms.of(visitor.pupil.survey_id, visitor)

    def page(self, template: str, *, status: int = 200, **context: object) -> Response:
        """Render a template in the request's language."""
        html = self.fragment(template, **context)
        response = HTMLResponse(html, status_code=status)
        if self.request.query_params.get("sprak") in LANGUAGES:
            # A preference, no personal data; readable by nobody else's site.
            response.set_cookie(LANGUAGE_COOKIE, self.language, max_age=31536000, samesite="lax")
        return response

    def fragment(self, template: str, **context: object) -> str:
        """Render a template to text, for a part of a page."""
        environment = self.house.templates[self.language]
        return environment.get_template(template).render(
            language=self.language, path=self.request.url.path, **context
        )

    def error_text(self, error: DomainError) -> str:
        """Say an error in the reader's language."""
        return self.text_of(error.code, error.details)

    def text_of(self, code: str, details: Mapping[str, str]) -> str:
        """Say what a code means: the thing, and the way out (DESIGN 3)."""
        for key in (f"error.{code}", "error.internal"):
            text = self.words(key)
            if text != key:
                break
        try:
            return text % details
        except (KeyError, ValueError, TypeError):
            return self.words("error.internal")

    def status_of(self, error: DomainError) -> int:
        return status_of(error)

    def day(self, moment: Timestamp | date | datetime) -> str:
        return day(_plain(moment), self.language)

    def short_day(self, moment: Timestamp | date | datetime) -> str:
        return short_day(_plain(moment), self.language)

    def plain_day(self, moment: Timestamp | date | datetime) -> str:
        return plain_day(_plain(moment), self.language)

    def hour(self, moment: Timestamp | datetime) -> str:
        plain = _plain(moment)
        assert isinstance(plain, datetime)
        return clock_time(plain, self.language)

    def date(self, iso: str) -> str:
        """Write an ISO day with its year; empty stays empty."""
        return day_with_year(date.fromisoformat(iso), self.language) if iso else ""

    async def staff(self) -> Visitor:
        """Return the signed-in member of a school's staff.

        Raises:
            SignedOut: nobody, or a pupil.
            ElsewhereNow: the active place is a municipality, whose passport no school's page uses.
        """
        visitor = await self.employee()
        if visitor.is_at_municipality:
            raise ElsewhereNow("/kommune")
        return visitor

    async def administrator(self) -> Visitor:
        """Return the person whose active place is a municipality.

        Raises:
            SignedOut: nobody, or a pupil.
            ElsewhereNow: the active place is a school.
        """
        visitor = await self.employee()
        if not visitor.is_at_municipality:
            raise ElsewhereNow("/hjem")
        return visitor

    async def employee(self) -> Visitor:
        """Return whoever is signed in through Keycloak, wherever they are active. Raises SignedOut."""
        visitor = await self.visitors.of(self.request)
        if visitor is None or visitor.staff is None:
            raise SignedOut()
        return visitor

    def staff_page(
        self, visitor: Visitor, template: str, *, active: str, status: int = 200, **context: object
    ) -> Response:
        """Render a staff page with its menu and the person's name."""
        staff = visitor.staff
        assert staff is not None
        person = {
            "name": staff.display_name,
            "school": staff.school_name,
            "is_leader": "leader" in staff.roles,
            "schools": list(staff.schools),
            "municipalities": list(staff.municipalities),
        }
        return self.page(template, status=status, person=person, active=active, f=self, **context)

    def municipality_page(
        self, visitor: Visitor, template: str, *, active: str, status: int = 200, **context: object
    ) -> Response:
        """Render a page of the municipality with its own menu."""
        staff = visitor.staff
        assert staff is not None
        others = [("school_id", each.school_id, each.name) for each in staff.schools]
        others += [
            ("municipality_id", each.municipality_id, each.name)
            for each in staff.municipalities
            if each.municipality_id != staff.municipality_id
        ]
        person = {
            "name": staff.display_name,
            "place": staff.municipality_name,
            "others": others,
        }
        return self.page(template, status=status, person=person, active=active, f=self, **context)


def frame_of(request: Request) -> Frame:
    """Return the frame of a request."""
    return Frame(request, cast("House", request.app.state.house), language_of(request))


def environments() -> dict[str, Environment]:
    """Return one template environment per language, with that language's words."""
    return {language: _environment(language) for language in LANGUAGES}


def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html", "svg"]),
        extensions=["jinja2.ext.i18n"],
        # Templates are part of the image: looking at each file's age costs more than drawing it.
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(words(language), newstyle=True)  # type: ignore[attr-defined]
    return environment


def _plain(moment: Timestamp | date | datetime) -> date | datetime:
    return moment.ToDatetime(tzinfo=UTC) if isinstance(moment, Timestamp) else moment

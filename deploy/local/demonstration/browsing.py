"""A browser without a screen: reads pages and sends their forms, as a person without scripts would."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final, Self
from urllib.parse import urljoin

import httpx

DEFAULT_KIND: Final = {"input": "text", "button": "submit"}

PATIENCE: Final = httpx.Timeout(30.0)


class PageRefusedError(Exception):
    """A page answered with an error; the text names the path and the status, never its content."""


@dataclass(slots=True)
class Field:
    """One control of a form. A choice has one field for each of its options."""

    name: str
    kind: str
    value: str
    is_chosen: bool
    label: str = ""


@dataclass(slots=True)
class Form:
    """A form as it stands on the page."""

    action: str
    fields: list[Field] = field(default_factory=list)
    row: str = ""
    """Text of the table row in which the form stands."""

    def as_it_stands(self) -> list[tuple[str, str]]:
        """What a browser would send if nothing was touched; buttons are left out."""
        return [
            (each.name, each.value)
            for each in self.fields
            if each.is_chosen and each.kind not in ("submit", "button", "file")
        ]

    def options(self, name: str) -> list[Field]:
        """The options of one choice, in the order of the page."""
        return [each for each in self.fields if each.name == name]

    def filled(self, **values: str | Sequence[str]) -> list[tuple[str, str]]:
        """The form with these fields replaced; a sequence ticks several options."""
        kept = [(name, value) for name, value in self.as_it_stands() if name not in values]
        for name, value in values.items():
            kept += [(name, each) for each in ([value] if isinstance(value, str) else value)]
        return kept


@dataclass(slots=True)
class Element:
    """A piece of the page that the loader looks for: a link, a heading, a paragraph of a class."""

    kind: str
    attributes: Mapping[str, str]
    text: str = ""


@dataclass(slots=True)
class Page:
    """A page that was read."""

    address: str
    forms: list[Form]
    elements: list[Element]

    def form(self, action_ends_with: str) -> Form:
        """The form with that action; `LookupError` if the page has none."""
        for form in self.forms:
            if form.action.endswith(action_ends_with):
                return form
        raise LookupError(f"{self.address} has no form for {action_ends_with}")

    def has_form(self, action_ends_with: str) -> bool:
        return any(form.action.endswith(action_ends_with) for form in self.forms)

    def links(self, starting_with: str) -> list[tuple[str, str]]:
        """Address and text of every link to a place below `starting_with`."""
        return [
            (each.attributes["href"], each.text)
            for each in self.elements
            if each.kind == "a" and each.attributes.get("href", "").startswith(starting_with)
        ]

    def link(self, starting_with: str, text: str) -> str | None:
        """Where the link leads whose text contains `text`."""
        return next((href for href, said in self.links(starting_with) if text in said), None)


class Browser:
    """One person's browser: keeps cookies, follows redirects, says where its forms come from."""

    def __init__(self, home: str, authorities: ssl.SSLContext | None = None) -> None:
        self.home = home
        self._http = httpx.AsyncClient(
            verify=authorities or True,
            cookies=CookieJar(DefaultCookiePolicy(secure_protocols=("http", "https"))),
            follow_redirects=True,
            timeout=PATIENCE,
            headers={"Accept-Language": "nb"},
            event_hooks={"request": [self._show_cookies]},
        )

    async def _show_cookies(self, request: httpx.Request) -> None:
        # Real browsers show Secure cookies to this machine over plain http too. The client's own way
        # forgets the jar's policy, so it is done here again.
        request.headers.pop("Cookie", None)
        self._http.cookies.set_cookie_header(request)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def open(self, address: str) -> Page:
        """Read a page of Samspill, or of Keycloak when the address is whole."""
        return _page(await self._http.get(urljoin(self.home, address)))

    async def fetch(self, address: str) -> httpx.Response:
        """Return the answer as it is: a document, or a page that may refuse."""
        return await self._http.get(urljoin(self.home, address))

    async def send(
        self,
        page: Page,
        form: Form,
        fields: Iterable[tuple[str, str]],
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> Page:
        """Send a form of `page` and read where it leads."""
        address = urljoin(page.address, form.action)
        several: dict[str, list[str]] = {}
        for name, value in fields:
            several.setdefault(name, []).append(value)
        origin = httpx.URL(address).copy_with(raw_path=b"")
        answer = await self._http.post(
            address, data=several, files=files, headers={"Origin": str(origin).rstrip("/")}
        )
        return _page(answer)

    async def press(self, page: Page, action_ends_with: str) -> Page:
        """Send the form with that action as it stands."""
        form = page.form(action_ends_with)
        return await self.send(page, form, form.as_it_stands())


def _page(answer: httpx.Response) -> Page:
    path = answer.url.path
    if answer.is_error:
        raise PageRefusedError(f"{answer.request.method} {path} answered {answer.status_code}")
    return read_page(str(answer.url), answer.text)


def read_page(address: str, html: str) -> Page:
    """Find forms, links and headings of a page that was fetched from `address`."""
    reader = _Reader()
    reader.feed(html)
    return Page(address, reader.forms, reader.elements)


class _Reader(HTMLParser):
    """Collects forms, and links, headings and paragraphs with their text."""

    KEPT: Final = ("a", "h2", "p", "fieldset")
    NESTING: Final = ("fieldset",)

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.elements: list[Element] = []
        self._form: Form | None = None
        self._open: list[Element] = []
        self._select = ""
        self._text_area: Field | None = None
        self._label: list[Field] | None = None
        self._by_id: dict[str, Field] = {}
        self._row = ""
        self._forms_before_row = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag in self.KEPT:
            element = Element(tag, found)
            self.elements.append(element)
            self._open.append(element)
        if tag == "form":
            self._form = Form(found.get("action", ""))
            self.forms.append(self._form)
        elif tag == "label":
            self._label = [self._by_id[found["for"]]] if found.get("for") in self._by_id else []
        elif tag == "tr":
            self._row, self._forms_before_row = "", len(self.forms)
        elif self._form:
            self._control(self._form, tag, found)

    def _control(self, form: Form, tag: str, found: Mapping[str, str]) -> None:
        name = found.get("name", "")
        if tag == "select":
            self._select = name
        elif tag == "option":
            chosen = "selected" in found
            form.fields.append(Field(self._select, "option", found.get("value", ""), chosen))
        elif tag in ("input", "textarea", "button") and name:
            kind = "textarea" if tag == "textarea" else found.get("type", DEFAULT_KIND[tag])
            chosen = "checked" in found if kind in ("radio", "checkbox") else True
            value = found.get("value", "on" if kind in ("radio", "checkbox") else "")
            control = Field(name, kind, value, chosen)
            form.fields.append(control)
            self._by_id[found.get("id", "")] = control
            self._text_area = control if tag == "textarea" else None
            if self._label is not None:
                self._label.append(control)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "label":
            self._label = None
        elif tag == "textarea":
            self._text_area = None
        elif tag == "tr":
            for form in self.forms[self._forms_before_row :]:
                form.row = self._row
        if self._open and tag == self._open[-1].kind:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self._row += data
        for element in self._open:
            if element.kind not in self.NESTING:
                element.text += data
        for control in self._label or ():
            control.label += data.strip()
        if self._text_area:
            self._text_area.value += data.lstrip("\n")

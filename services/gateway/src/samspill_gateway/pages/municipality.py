"""The municipality's page: open and close schools, name leaders; never a pupil's answer (SPEC section 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from samspill_kit.errors import DomainError, NotFound, Unauthenticated

from .frame import Frame, frame_of
from .visitors import Visitor

router = APIRouter(prefix="/kommune")

SEARCH_FROM: Final = 15
"""With fewer schools a table is read faster than a word is typed."""

SHORTEST_QUERY: Final = 3
DIGITS_OF_ORGNR: Final = 9


class SchoolUnknown(NotFound):
    """The municipality has no such school: the same answer as for another municipality's."""

    code = "school_not_found"


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """One school in the table, with what is missing before anybody can work there."""

    school_id: str
    name: str
    orgnr: str
    is_open: bool
    leaders: Sequence[Any]
    warning: str
    lacks_groups: bool


@router.get("", summary="The municipality's schools")
async def schools(request: Request) -> Response:
    frame = frame_of(request)
    visitor = await frame.administrator()
    place = await frame.municipality.get(visitor)
    wanted = request.query_params.get("sok", "").strip()
    rows = [school_row(frame, each) for each in place.schools]
    return frame.municipality_page(
        visitor,
        "municipality/schools.html",
        active="skoler",
        rows=[each for each in rows if _matches(each, wanted)],
        total=len(rows),
        closed=sum(not each.is_open for each in rows),
        lacking=sum(bool(each.warning) for each in rows),
        wanted=wanted,
        may_search=len(rows) >= SEARCH_FROM,
    )


@router.get("/skoler/ny", summary="Open a school: the form")
async def new_school(request: Request) -> Response:
    frame = frame_of(request)
    visitor = await frame.administrator()
    return _new_school_page(frame, visitor, {"orgnr": "", "name": ""})


@router.post("/skoler/ny", summary="Open a school")
async def open_school(request: Request) -> Response:
    frame = frame_of(request)
    visitor = await frame.administrator()
    fields = await request.form()
    typed = {name: str(fields.get(name) or "").strip() for name in ("orgnr", "name")}
    orgnr = "".join(typed["orgnr"].split())
    errors = _what_lacks(frame, orgnr, typed["name"])
    if errors:
        return _new_school_page(frame, visitor, typed, errors)
    try:
        school_id = await frame.municipality.open_school(visitor, orgnr, typed["name"])
    except Unauthenticated:
        raise
    except DomainError as error:
        return _new_school_page(frame, visitor, typed, {"orgnr": frame.error_text(error)}, error)
    return RedirectResponse(f"/kommune/skoler/{school_id}", status_code=303)


@router.get("/skoler/{school_id}", summary="One school: its leaders, whether it is open")
async def show_school(request: Request, school_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.administrator()
    return await school_page(frame, visitor, school_id)


@router.post("/skoler/{school_id}/apne", summary="Open a closed school again")
async def open_again(request: Request, school_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.administrator()
    school = await find_school(frame, visitor, school_id)
    await frame.municipality.open_school(visitor, school.orgnr.replace(" ", ""), school.name)
    return RedirectResponse(f"/kommune/skoler/{school_id}", status_code=303)


@router.get("/skoler/{school_id}/lukk", summary="Ask before closing a school")
async def ask_to_close(request: Request, school_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.administrator()
    school = await find_school(frame, visitor, school_id)
    words = frame.words
    return confirm_page(
        frame,
        visitor,
        school,
        heading=words("Lukke %(school)s?", school=school.name),
        texts=[
            words("Innen ett minutt kommer ingen ansatt inn i skolen, heller ikke lederen."),
            words("Undersøkelsene der slettes til sin tid. Kommunen får ikke se dem."),
            words("Skolen kan åpnes igjen her. En skole med en åpen undersøkelse kan ikke lukkes."),
        ],
        deed={"text": words("Lukk skolen"), "action": f"/kommune/skoler/{school_id}/lukk"},
    )


@router.post("/skoler/{school_id}/lukk", summary="Close a school")
async def close_school(request: Request, school_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.administrator()
    try:
        await frame.municipality.close_school(visitor, school_id)
    except (Unauthenticated, NotFound):
        raise
    except DomainError as error:
        return await school_page(frame, visitor, school_id, refusal=error)
    return RedirectResponse(f"/kommune/skoler/{school_id}", status_code=303)


async def find_school(frame: Frame, visitor: Visitor, school_id: str) -> SchoolRow:
    """Return one of the municipality's schools. Raises SchoolUnknown."""
    for each in (await frame.municipality.get(visitor)).schools:
        if each.school_id == school_id:
            return school_row(frame, each)
    raise SchoolUnknown()


async def school_page(
    frame: Frame, visitor: Visitor, school_id: str, *, refusal: DomainError | None = None
) -> Response:
    """Render one school; a refusal stands at the top of it, in words."""
    school = await find_school(frame, visitor, school_id)
    return frame.municipality_page(
        visitor,
        "municipality/school.html",
        active="skoler",
        status=frame.status_of(refusal) if refusal else 200,
        school=school,
        refused=frame.error_text(refusal) if refusal else "",
    )


def confirm_page(
    frame: Frame,
    visitor: Visitor,
    school: SchoolRow,
    *,
    heading: str,
    texts: Sequence[str],
    deed: Mapping[str, Any],
) -> Response:
    """Ask one question before something happens to a school."""
    return frame.municipality_page(
        visitor,
        "municipality/confirm.html",
        active="skoler",
        school=school,
        heading=heading,
        texts=texts,
        deed={"fields": {}, **deed},
    )


def school_row(frame: Frame, school: Any) -> SchoolRow:
    return SchoolRow(
        school_id=school.school_id,
        name=school.name,
        orgnr=f"{school.orgnr[:3]} {school.orgnr[3:6]} {school.orgnr[6:]}",
        is_open=school.is_open,
        leaders=list(school.leaders),
        warning=_warning(frame, school),
        lacks_groups=school.lacks_groups,
    )


def _warning(frame: Frame, school: Any) -> str:
    if not school.is_open:
        return ""
    if school.lacks_groups:
        return frame.words(
            "Skolen mangler grupper i Keycloak. Be den som styrer innloggingen om å lage dem."
        )
    return "" if school.leaders else frame.words("Samspill kjenner ingen leder ved skolen ennå.")


def _matches(school: SchoolRow, wanted: str) -> bool:
    """By name or number alone: a person's name has no place in an address (SPEC P2)."""
    digits = wanted.replace(" ", "")
    is_number = digits.isdecimal() and school.orgnr.replace(" ", "").startswith(digits)
    return is_number or wanted.casefold() in school.name.casefold()


def _what_lacks(frame: Frame, orgnr: str, name: str) -> dict[str, str]:
    errors = {}
    if len(orgnr) != DIGITS_OF_ORGNR or not (orgnr.isascii() and orgnr.isdecimal()):
        errors["orgnr"] = frame.words("Et organisasjonsnummer har ni siffer.")
    if not name:
        errors["name"] = frame.words("Skriv navnet på skolen.")
    return errors


def _new_school_page(
    frame: Frame,
    visitor: Visitor,
    typed: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    refusal: DomainError | None = None,
) -> Response:
    return frame.municipality_page(
        visitor,
        "municipality/new_school.html",
        active="skoler",
        status=frame.status_of(refusal) if refusal else (422 if errors else 200),
        typed=typed,
        errors=dict(errors or {}),
    )

"""Who leads the municipality's schools: find a person whom Keycloak knows, name them, take them out."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from samspill_kit.errors import DomainError, NotFound, Unauthenticated, Unavailable

from .frame import Frame, frame_of
from .municipality import SHORTEST_QUERY, SchoolRow, confirm_page, find_school, school_page
from .visitors import Visitor

router = APIRouter(prefix="/kommune/skoler/{school_id}")


@router.get("/leder", summary="Find a person to name leader")
async def ask_whom(request: Request, school_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.administrator()
    school = await find_school(frame, visitor, school_id)
    return _search_page(frame, visitor, school)


@router.post("/leder", summary="Search, choose, then name a leader: one step for each form")
async def name_leader(request: Request, school_id: str) -> Response:
    """A form and no address, since what is typed is a person's name (SPEC P2)."""
    frame = frame_of(request)
    visitor = await frame.administrator()
    fields = await request.form()
    query, staff_id = (str(fields.get(name) or "").strip() for name in ("sok", "staff_id"))
    if "confirmed" in fields:
        return await _named(frame, visitor, school_id, staff_id)
    school = await find_school(frame, visitor, school_id)
    if len(query) < SHORTEST_QUERY:
        error = frame.words("Skriv minst tre bokstaver.")
        return _search_page(frame, visitor, school, query, error=error)
    try:
        found = await frame.municipality.find_candidates(visitor, query)
    except Unavailable as error:
        told = frame.error_text(error)
        return _search_page(frame, visitor, school, query, error=told, refusal=error)
    chosen = next((each for each in found.people if each.staff_id == staff_id), None)
    if chosen is None:
        return _search_page(frame, visitor, school, query, found)
    return _ask_about(frame, visitor, school, chosen)


@router.get("/ledere/{staff_id}/bort", summary="Ask before taking a leader out")
async def ask_to_dismiss(request: Request, school_id: str, staff_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.administrator()
    school = await find_school(frame, visitor, school_id)
    leader = next((each for each in school.leaders if each.staff_id == staff_id), None)
    if leader is None:
        return RedirectResponse(f"/kommune/skoler/{school_id}", status_code=303)
    words = frame.words
    return confirm_page(
        frame,
        visitor,
        school,
        heading=words("Ta bort %(name)s som leder?", name=leader.display_name),
        texts=[
            words(
                "%(name)s leder ikke lenger %(school)s innen ett minutt.",
                name=leader.display_name,
                school=school.name,
            ),
            words("Kontoen i Keycloak blir stående. Skolens siste leder kan ikke tas bort."),
        ],
        deed={
            "text": words("Ta bort"),
            "action": f"/kommune/skoler/{school_id}/ledere/{staff_id}/bort",
        },
    )


@router.post("/ledere/{staff_id}/bort", summary="Take a leader out")
async def dismiss_leader(request: Request, school_id: str, staff_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.administrator()
    try:
        await frame.municipality.dismiss_leader(visitor, school_id, staff_id)
    except (Unauthenticated, NotFound):
        raise
    except DomainError as error:
        return await school_page(frame, visitor, school_id, refusal=error)
    return RedirectResponse(f"/kommune/skoler/{school_id}", status_code=303)


async def _named(frame: Frame, visitor: Visitor, school_id: str, staff_id: str) -> Response:
    try:
        await frame.municipality.name_leader(visitor, school_id, staff_id)
    except (Unauthenticated, NotFound):
        raise
    except DomainError as error:
        return await school_page(frame, visitor, school_id, refusal=error)
    return RedirectResponse(f"/kommune/skoler/{school_id}", status_code=303)


def _search_page(
    frame: Frame,
    visitor: Visitor,
    school: SchoolRow,
    query: str = "",
    found: Any | None = None,
    *,
    error: str = "",
    refusal: DomainError | None = None,
) -> Response:
    return frame.municipality_page(
        visitor,
        "municipality/leader.html",
        active="skoler",
        status=frame.status_of(refusal) if refusal else (422 if error else 200),
        school=school,
        query=query,
        found=found,
        leads={each.staff_id for each in school.leaders},
        error=error,
    )


def _ask_about(frame: Frame, visitor: Visitor, school: SchoolRow, person: Any) -> Response:
    words = frame.words
    return confirm_page(
        frame,
        visitor,
        school,
        heading=words("Gjøre %(name)s til leder?", name=person.display_name),
        texts=[
            words("Brukernavn: %(username)s.", username=person.username),
            words(
                "Lederen bestemmer hvem som får lage undersøkelser og lese svar ved %(school)s.",
                school=school.name,
            ),
        ],
        deed={
            "text": words("Gjør til leder"),
            "action": f"/kommune/skoler/{school.school_id}/leder",
            "fields": {"staff_id": person.staff_id, "confirmed": "ja"},
        },
    )

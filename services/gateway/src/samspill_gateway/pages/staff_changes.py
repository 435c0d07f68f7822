"""Put people to work at the school, take them out, and end their sign-ins (SPEC I1, I3)."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from samspill_kit.errors import DomainError, Forbidden, Unauthenticated

from .access import member_of
from .access_table import role_in_words
from .frame import Frame, frame_of
from .visitors import Visitor

router = APIRouter(prefix="/tilgang")

SHORTEST_QUERY: Final = 3
ROLES: Final = ("teacher", "leader")


@router.get("/ny", summary="Where a leader looks for somebody to add")
async def new(request: Request) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    # Whoever may not add people is told so before having typed anything.
    await frame.identity.staff(visitor)
    return _found(frame, visitor, "", None)


@router.post("/ny", summary="Find somebody whom Keycloak knows, or put that person to work")
async def find_or_add(request: Request) -> Response:
    """A form, not an address: names stay out of histories and logs."""
    frame = frame_of(request)
    visitor = await frame.staff()
    fields = await request.form()
    staff_id, role, query = (str(fields.get(name) or "") for name in ("staff_id", "role", "sok"))
    query = query.strip()[:100]
    if not staff_id and len(query) < SHORTEST_QUERY:
        text = frame.words("Skriv minst tre bokstaver.")
        return _found(frame, visitor, query, None, error=text, status=422)
    try:
        if not staff_id:
            found = await frame.identity.find_people(visitor, query)
            return _found(frame, visitor, query, found)
        await frame.identity.add_staff(visitor, staff_id, role if role in ROLES else "teacher")
    except (Unauthenticated, Forbidden):
        raise
    except DomainError as error:
        status, text = frame.status_of(error), frame.error_text(error)
        return _found(frame, visitor, query, None, error=text, status=status)
    # A slow Keycloak adds people before it lists them.
    is_listed = any(each.staff_id == staff_id for each in await frame.identity.staff(visitor))
    return RedirectResponse(f"/tilgang/{staff_id}" if is_listed else "/tilgang", status_code=303)


def _found(
    frame: Frame, visitor: Visitor, query: str, found: Any, *, error: str = "", status: int = 200
) -> Response:
    return frame.staff_page(
        visitor,
        "staff/access_add.html",
        active="tilgang",
        status=status,
        query=query,
        found=found,
        people=[_person(frame, each) for each in found.people] if found else [],
        error=error,
    )


def _person(frame: Frame, person: Any) -> dict[str, Any]:
    roles = [role for role in person.roles if role in ROLES]
    return {
        "staff_id": person.staff_id,
        "name": person.display_name,
        "username": person.username,
        "works_as": role_in_words(roles, frame.words) if roles else "",
        "may_become": [role for role in ROLES if role not in roles],
    }


@router.get("/{staff_id}/fjern", summary="Ask before a person is taken out")
async def ask(request: Request, staff_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    return _question(frame, visitor, await member_of(frame, visitor, staff_id))


@router.post("/{staff_id}/fjern", summary="Take a person out of one role, or out of the school")
async def remove(request: Request, staff_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    role = str((await request.form()).get("role") or "")
    try:
        await frame.identity.remove_staff(visitor, staff_id, role if role in ROLES else "")
    except (Unauthenticated, Forbidden):
        raise
    except DomainError as error:
        member = await member_of(frame, visitor, staff_id)
        status, text = frame.status_of(error), frame.error_text(error)
        return _question(frame, visitor, member, refusal=text, status=status)
    assert visitor.staff is not None
    if staff_id == visitor.staff.staff_id:
        frame.visitors.forget(visitor.token)
        return RedirectResponse("/hjem", status_code=303)
    return RedirectResponse("/tilgang", status_code=303)


def _question(
    frame: Frame, visitor: Visitor, member: Any, *, refusal: str = "", status: int = 200
) -> Response:
    assert visitor.staff is not None
    return frame.staff_page(
        visitor,
        "staff/access_remove.html",
        active="tilgang",
        status=status,
        member=member,
        has_both=set(ROLES) <= set(member.roles),
        is_self=member.staff_id == visitor.staff.staff_id,
        refusal=refusal,
    )


@router.post("/{staff_id}/innlogginger", summary="End one or all of a colleague's sign-ins")
async def end_sign_ins(request: Request, staff_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    session_id = str((await request.form()).get("session_id") or "") or None
    await frame.identity.end_sign_ins_of(visitor, staff_id, session_id)
    return RedirectResponse(f"/tilgang/{staff_id}", status_code=303)

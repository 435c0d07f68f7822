"""The leader's page: who works here, what each may do, what was read and changed lately (SPEC I2, I8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from samspill_kit.errors import DomainError, Forbidden, NotFound, Unauthenticated

from . import grants_form
from .access_news import changes, endings, readings
from .access_table import row_of
from .frame import Frame, frame_of
from .grants_form import Part, checked, empty_part, grants_of, parts_from_fields, parts_of
from .sign_ins import in_words
from .survey_form import end_of_school_year
from .visitors import Visitor

router = APIRouter(prefix="/tilgang")


class StaffMemberNotFound(NotFound):
    """Nobody with this id works at the active school."""

    code = "staff_member_not_found"


@router.get("", summary="Who may do what, and what was read and changed lately")
async def access(request: Request) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    today = frame.now().date()
    staff = await frame.identity.staff(visitor)
    groups = {each.group_id: each.name for each in await frame.identity.groups(visitor)}
    titles = {each.survey_id: each.title for each in await frame.surveys.list(visitor)}
    is_unbroken, read = await readings(frame, visitor, titles)
    return frame.staff_page(
        visitor,
        "staff/access.html",
        active="tilgang",
        staff=[row_of(frame, each, groups, today) for each in staff],
        read=read,
        is_unbroken=is_unbroken,
        changed=await changes(frame, visitor, titles),
        endings=endings(frame, staff, today),
    )


@router.get("/{staff_id}", summary="What one person may do, and where that person is signed in")
async def change(request: Request, staff_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    member = await member_of(frame, visitor, staff_id)
    granted = grants_form.in_force(member.grants, frame.now().date())
    return await _person(frame, visitor, member, parts_of(granted, _until(frame)))


@router.post("/{staff_id}", summary="Replace what one person may do, or add and take away a part")
async def save(request: Request, staff_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    member = await member_of(frame, visitor, staff_id)
    fields = await request.form()
    parts = parts_from_fields(fields)
    if "more" in fields:
        parts.append(empty_part(len(parts) + 1, _until(frame)))
        return await _person(frame, visitor, member, parts, newest=len(parts))
    if dropped := str(fields.get("drop") or ""):
        parts = [each for each in parts if str(each.number) != dropped]
        return await _person(frame, visitor, member, grants_form.renumbered(parts))
    parts = checked(parts, frame.words, frame.now().date())
    if any(part.errors for part in parts):
        return await _person(frame, visitor, member, parts, status=422)
    try:
        await frame.identity.set_grants(visitor, staff_id, grants_of(parts))
    except (Unauthenticated, Forbidden):
        raise
    except DomainError as error:
        text = frame.error_text(error)
        status = frame.status_of(error)
        return await _person(frame, visitor, member, parts, status=status, refusal=text)
    return RedirectResponse("/tilgang", status_code=303)


async def member_of(frame: Frame, visitor: Visitor, staff_id: str) -> Any:
    """Return one who works at the active school. Raises StaffMemberNotFound."""
    for each in await frame.identity.staff(visitor):
        if each.staff_id == staff_id:
            return each
    raise StaffMemberNotFound()


async def _person(
    frame: Frame,
    visitor: Visitor,
    member: Any,
    parts: Sequence[Part],
    *,
    status: int = 200,
    refusal: str = "",
    newest: int = 0,
) -> Response:
    groups = await frame.identity.groups(visitor)
    sign_ins = await frame.identity.sign_ins_of(visitor, member.staff_id)
    return frame.staff_page(
        visitor,
        "staff/access_change.html",
        active="tilgang",
        status=status,
        member=member,
        groups=[(each.group_id, each.name) for each in groups],
        parts=parts,
        errors=_errors(parts),
        refusal=refusal,
        newest=newest,
        sign_ins=[in_words(frame, each) for each in sign_ins],
    )


def _errors(parts: Sequence[Part]) -> list[tuple[str, str]]:
    return [(name + part.suffix, text) for part in parts for name, text in part.errors.items()]


def _until(frame: Frame) -> date:
    return end_of_school_year(frame.now().date())

"""The leader's page: who works here, what each may do, what was read lately (SPEC I2, I8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from samspill_kit.errors import NotFound

from .frame import Frame, frame_of
from .survey_form import end_of_school_year

router = APIRouter(prefix="/tilgang")

CREATE, DELETE, READ, ROSTER, SHARE = 1, 2, 3, 4, 5
"""GrantAction of identity by its number in the contract."""

LEVELS: Final = (0, 1, 2, 3, 4)
"""ReadLevel by number: none, aggregate, pseudonymous, named, free text."""


class StaffMemberNotFound(NotFound):
    """Nobody with this id works at the active school."""

    code = "staff_member_not_found"


@router.get("", summary="Who may do what, and what was read lately")
async def access(request: Request) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    staff = await frame.identity.staff(visitor)
    log = await frame.identity.audit_entries(visitor, limit=8)
    groups = await _group_names(frame, visitor)
    return frame.staff_page(
        visitor,
        "staff/access.html",
        active="tilgang",
        staff=[_row(frame, each, groups) for each in staff],
        log=log,
        entries=[_sentence(frame, each) for each in log.entries],
    )


@router.get("/{staff_id}", summary="Change what one person may do")
async def change(request: Request, staff_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    member = await _member(frame, visitor, staff_id)
    groups = await frame.identity.groups(visitor)
    return frame.staff_page(
        visitor,
        "staff/access_change.html",
        active="tilgang",
        member=member,
        groups=[(each.group_id, each.name) for each in groups],
        now=_current(member, end_of_school_year(frame.now().date())),
    )


@router.post("/{staff_id}", summary="Replace what one person may do")
async def save(request: Request, staff_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    await frame.identity.set_grants(visitor, staff_id, _grants(await request.form()))
    return RedirectResponse("/tilgang", status_code=303)


async def _group_names(frame: Frame, visitor: Any) -> Mapping[str, str]:
    return {each.group_id: each.name for each in await frame.identity.groups(visitor)}


async def _member(frame: Frame, visitor: Any, staff_id: str) -> Any:
    for each in await frame.identity.staff(visitor):
        if each.staff_id == staff_id:
            return each
    raise StaffMemberNotFound(staff_id=staff_id)


def _row(frame: Frame, member: Any, groups: Mapping[str, str]) -> dict[str, Any]:
    words = frame.words
    actions = {grant.action for grant in member.grants}
    is_leader = "leader" in member.roles
    level = max((g.level for g in member.grants if g.action == READ), default=0)
    until = max((g.until_on for g in member.grants if g.until_on), default="")
    return {
        "staff_id": member.staff_id,
        "name": member.display_name,
        "role": words("leder") if is_leader else words("lærer"),
        "groups": _groups_in_words(member, groups, words),
        "create": words("Ja") if is_leader or CREATE in actions else words("Nei"),
        "delete": words("Alle") if is_leader or DELETE in actions else words("Egne"),
        "level": level,
        "level_words": level_in_words(level, words),
        "until": frame.short_day(date.fromisoformat(until)) if until else "–",
    }


def _groups_in_words(member: Any, groups: Mapping[str, str], words: Any) -> str:
    if not member.grants:
        return "–"
    if any(not grant.group_id for grant in member.grants):
        return str(words("Alle"))
    names = {groups.get(grant.group_id, "") for grant in member.grants}
    return ", ".join(sorted(name for name in names if name))


def level_in_words(level: int, words: Any) -> str:
    """Say a reading level as the leader's table does."""
    return str(
        {
            0: words("Ingenting"),
            1: words("Bare tall"),
            2: words("Elev 1, elev 2 …"),
            3: words("Navn"),
            4: words("Navn og fritekst"),
        }[level]
    )


def _sentence(frame: Frame, entry: Any) -> tuple[str, str]:
    what = frame.words(f"purpose.{entry.purpose}")
    said = frame.words("%(name)s: %(what)s", name=entry.staff_name, what=what)
    return said, f"{frame.short_day(entry.at)} {frame.hour(entry.at)}"


def _current(member: Any, default_until: date) -> dict[str, Any]:
    actions = {grant.action for grant in member.grants}
    until = max((g.until_on for g in member.grants if g.until_on), default="")
    return {
        "create": CREATE in actions,
        "delete": DELETE in actions,
        "roster": ROSTER in actions,
        "level": str(max((g.level for g in member.grants if g.action == READ), default=0)),
        "group_ids": sorted({g.group_id for g in member.grants if g.group_id}),
        "until_on": until or default_until.isoformat(),
    }


def _grants(fields: Any) -> Sequence[Mapping[str, Any]]:
    """Read the form: each right for each chosen group, or for the whole school when none is chosen."""
    groups: list[str | None] = [str(each) for each in fields.getlist("group_ids")] or [None]
    until = str(fields.get("until_on") or "") or None
    level = str(fields.get("level") or "0")
    wanted: list[tuple[int, int]] = []
    wanted += [(CREATE, 0)] if "create" in fields else []
    wanted += [(DELETE, 0)] if "delete" in fields else []
    wanted += [(ROSTER, 0)] if "roster" in fields else []
    wanted += [(READ, int(level))] if level in ("1", "2", "3", "4") else []
    return [
        {"action": action, "level": at, "group_id": group, "until_on": until}
        for action, at in wanted
        for group in groups
    ]

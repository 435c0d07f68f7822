"""Classes and the import of a class list: read, shown, then all or nothing (SPEC I5, I6)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile

from samspill_kit.errors import DomainError, Unauthenticated

from .frame import Frame, frame_of
from .visitors import Visitor

router = APIRouter(prefix="/klasser")


@router.get("", summary="The school's classes and groups")
async def classes(request: Request) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    groups = await frame.identity.groups(visitor)
    return _page(frame, visitor, "staff/classes.html", groups=groups)


@router.get("/import", summary="Choose a class list")
async def choose_file(request: Request) -> Response:
    frame = frame_of(request)
    return _page(frame, await frame.staff(), "staff/import.html", error=None)


@router.post("/import", summary="Read a class list and show it")
async def prepare(request: Request) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    upload = (await request.form()).get("file")
    if not isinstance(upload, UploadFile) or not upload.filename:
        error = frame.words("Velg filen med klasselista først.")
        return _page(frame, visitor, "staff/import.html", status=422, error=error)
    try:
        content = await upload.read()
        plan = await frame.identity.prepare_import(visitor, content, upload.filename)
    except Unauthenticated:
        raise
    except DomainError as refusal:
        return _page(
            frame,
            visitor,
            "staff/import.html",
            status=frame.status_of(refusal),
            error=frame.error_text(refusal),
        )
    return _page(
        frame,
        visitor,
        "staff/import_preview.html",
        status=422 if plan.bad_rows else 200,
        plan=plan,
        bad_rows=[(each.row, each.column, _reason(frame, each)) for each in plan.bad_rows],
    )


@router.post("/import/bekreft", summary="Apply a prepared class list whole")
async def confirm(request: Request) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    fields = await request.form()
    decisions = {
        int(name.removeprefix("row.")): str(value)
        for name, value in fields.items()
        if name.startswith("row.") and name.removeprefix("row.").isdecimal()
    }
    await frame.identity.confirm_import(visitor, str(fields.get("import_id") or ""), decisions)
    return RedirectResponse("/klasser", status_code=303)


@router.get("/{group_id}", summary="The pupils of a class")
async def pupils(request: Request, group_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    groups = {each.group_id: each for each in await frame.identity.groups(visitor)}
    pupils = await frame.identity.pupils(visitor, [group_id])
    group = groups.get(group_id)
    return _page(
        frame, visitor, "staff/class.html", name=group.name if group else "", pupils=pupils
    )


def _reason(frame: Frame, bad: Any) -> str:
    key = f"error.{bad.code}"
    text = frame.words(key)
    return text if text != key else frame.words("error.roster_row_unreadable")


def _page(
    frame: Frame, visitor: Visitor, template: str, *, status: int = 200, **context: object
) -> Response:
    return frame.staff_page(visitor, template, active="klasser", status=status, **context)

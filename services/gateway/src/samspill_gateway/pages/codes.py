"""Access codes: made once, shown once, renewed, revoked (SPEC I7)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import segno
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup

from .frame import Frame, frame_of
from .visitors import Visitor

router = APIRouter(prefix="/undersokelser/{survey_id}")


@dataclass(frozen=True, slots=True)
class CodeCard:
    """One card of the sheet to cut."""

    name: str
    code: str
    qr: Markup


@router.post("/nokler", summary="New codes for those who have not started")
async def make_codes(request: Request, survey_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    survey = await frame.surveys.get(visitor, survey_id)
    people = await frame.surveys.participants(visitor, survey_id)
    states = await frame.responses.states(visitor, survey_id)
    waiting = [
        each.participant_id
        for each in people
        if states.get(each.participant_id, "not_started") == "not_started"
    ]
    made: Mapping[str, str] = {}
    if waiting:
        made = await frame.identity.make_codes(visitor, survey_id, waiting, survey.closes_at)
    return await _sheet(frame, visitor, survey, people, made)


@router.post("/nokler/{participant_id}/ny", summary="Replace one code")
async def renew(request: Request, survey_id: str, participant_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    survey = await frame.surveys.get(visitor, survey_id)
    people = await frame.surveys.participants(visitor, survey_id)
    code = await frame.identity.renew_code(visitor, survey_id, participant_id, survey.closes_at)
    return await _sheet(frame, visitor, survey, people, {participant_id: code})


@router.post("/nokler/{participant_id}/trekk", summary="Take one code back")
async def revoke(request: Request, survey_id: str, participant_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    await frame.identity.revoke_code(visitor, survey_id, participant_id)
    return RedirectResponse(f"/undersokelser/{survey_id}", status_code=303)


@router.get("/tavle", summary="The address for a projector, never codes")
async def board(request: Request, survey_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    survey = await frame.surveys.get(visitor, survey_id)
    return frame.page("staff/board.html", survey=survey, address=short_address(frame))


def grouped(code: str) -> str:
    """Write a code in groups of four: K7QW-3MX9-T2R."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def short_address(frame: Frame) -> str:
    """Return the address as a pupil types it, without the scheme."""
    return frame.house.public_address.removeprefix("https://").removeprefix("http://").rstrip("/")


async def _sheet(
    frame: Frame, visitor: Visitor, survey: Any, people: Any, made: Mapping[str, str]
) -> Response:
    """Show the sheet in the answer to the request that made the codes: they are nowhere else."""
    return frame.staff_page(
        visitor,
        "staff/code_sheet.html",
        active="undersokelser",
        survey=survey,
        # Beside the loop: a class's QR codes take most of a second, and other pupils are saving.
        cards=await asyncio.to_thread(_cards, frame, people, made),
        address=short_address(frame),
    )


def _cards(frame: Frame, people: Any, made: Mapping[str, str]) -> list[CodeCard]:
    return [
        CodeCard(each.name, grouped(code), _qr(frame, code))
        for each in people
        if (code := made.get(each.participant_id))
    ]


def _qr(frame: Frame, code: str) -> Markup:
    """Return a QR code whose code stands in the URL fragment, which no server ever sees."""
    address = f"{frame.house.public_address.rstrip('/')}/k#{code}"
    svg = segno.make(address, error="m").svg_inline(
        svgclass="qr", lineclass=None, omitsize=True, border=2, dark="#000", light="#fff"
    )
    return Markup(svg)  # noqa: S704  Made here, from an address and a code of our alphabet.

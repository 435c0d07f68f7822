"""Deleting a survey: locked everywhere before the page says so, and what is left (SPEC T2, T4)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from samspill_gateway.clients.retention import STATES

from .frame import Frame, frame_of

router = APIRouter()


@router.get("/undersokelser/{survey_id}/slett", summary="Ask before deleting")
async def ask(request: Request, survey_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    survey = await frame.surveys.get(visitor, survey_id)
    words = frame.words
    action = f"/undersokelser/{survey_id}/slett"
    return frame.staff_page(
        visitor,
        "staff/confirm.html",
        active="undersokelser",
        heading=words("Slette undersøkelsen?"),
        texts=[
            words(
                "Undersøkelsen låses med en gang, for alle. Etter sju dager slettes den for godt."
            ),
            words("I de sju dagene kan du angre. Velger du «Slett med en gang», kan ingen angre."),
        ],
        deeds=[
            _deed(words("Slett om sju dager"), action, "primary", {}, None),
            _deed(words("Slett med en gang"), action, "secondary", {"at_once": "ja"}, "danger"),
        ],
        back=f"/undersokelser/{survey_id}",
        survey_title=survey.title,
    )


@router.post("/undersokelser/{survey_id}/slett", summary="Delete a survey")
async def delete(request: Request, survey_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    fields = await request.form()
    await frame.retention.delete(visitor, survey_id, at_once=fields.get("at_once") == "ja")
    return RedirectResponse(f"/undersokelser/{survey_id}/sletting", status_code=303)


@router.post("/undersokelser/{survey_id}/angre", summary="Take a deletion back")
async def take_back(request: Request, survey_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    await frame.retention.take_back(visitor, survey_id)
    return RedirectResponse(f"/undersokelser/{survey_id}", status_code=303)


@router.get("/undersokelser/{survey_id}/sletting", summary="How far a deletion has come")
async def progress(request: Request, survey_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    deletion = await frame.retention.deletion(visitor, survey_id)
    return frame.staff_page(
        visitor,
        "staff/deletion.html",
        active="sletting",
        deletion=deletion,
        state=STATES[deletion.state],
        steps=_steps(frame, deletion),
    )


@router.get("/undersokelser/{survey_id}/kvittering.json", summary="The signed receipt")
async def receipt(request: Request, survey_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    deletion = await frame.retention.deletion(visitor, survey_id)
    name = f"samspill-kvittering-{survey_id[:8]}.jws"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(deletion.receipt.jws, media_type="application/jose", headers=headers)


@router.get("/sletting", summary="What is being deleted, and receipts of what is gone")
async def deletions(request: Request) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    found = await frame.retention.deletions(visitor)
    rows = [(each, STATES[each.state]) for each in found]
    return frame.staff_page(visitor, "staff/deletions.html", active="sletting", rows=rows)


def _deed(
    text: str, action: str, variant: str, fields: dict[str, str], color: str | None
) -> dict[str, Any]:
    return {"text": text, "action": action, "variant": variant, "fields": fields, "color": color}


def _steps(frame: Frame, deletion: Any) -> list[tuple[str, bool]]:
    """Return the four steps of a deletion in words, and whether each is done."""
    words = frame.words
    state = STATES[deletion.state]
    order = ("locking", "locked", "key_destroyed", "erased", "receipt_signed")
    reached = order.index(state) if state in order else 0
    return [
        (words("Låst i alle deler av systemet"), reached >= 1),
        (words("Nøkkelen er ødelagt: ingen kopi kan åpnes"), reached >= 2),
        (words("Alle rader er slettet"), reached >= 3),
        (words("Kvitteringen er signert"), reached >= 4),
    ]

"""What the municipality lets its schools do: the page that sets it."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from samspill_gateway.language import Words

from .frame import frame_of

router = APIRouter(prefix="/kommune/rammer")

FREE_TEXT_BANDS: Final = ("1-4", "5-7", "8-10")
FURTHER_LANGUAGES: Final = ("nn", "en")
"""Bokmål is always there."""

LONGEST: Final = 1461
"""Four years in days (SPEC T1)."""


@router.get("", summary="What schools may do")
async def show(request: Request) -> Response:
    frame = frame_of(request)
    visitor = await frame.administrator()
    now = (await frame.municipality.get(visitor)).ceilings
    return frame.municipality_page(
        visitor,
        "municipality/ceilings.html",
        active="rammer",
        now=now,
        lengths=lengths(now.longest_keep_days, frame.words),
        is_saved="lagret" in request.query_params,
    )


@router.post("", summary="Set what schools may do")
async def save(request: Request) -> Response:
    frame = frame_of(request)
    visitor = await frame.administrator()
    await frame.municipality.set_ceilings(visitor, wished(await request.form()))
    return RedirectResponse("/kommune/rammer?lagret", status_code=303)


def wished(fields: Any) -> dict[str, Any]:
    """Read the form; what is not among the choices is left out."""
    days = str(fields.get("longest_keep_days") or "")
    return {
        "languages": [
            "nb",
            *(one for one in FURTHER_LANGUAGES if one in fields.getlist("languages")),
        ],
        "longest_keep_days": int(days) if days.isdecimal() else LONGEST,
        "own_questions": "own_questions" in fields,
        "free_text_bands": [
            one for one in FREE_TEXT_BANDS if one in fields.getlist("free_text_bands")
        ],
    }


def lengths(now: int, words: Words) -> list[tuple[str, str]]:
    """Return lengths of time as choices; one that is set already is always among them."""
    choices = {
        31: words("1 måned"),
        92: words("3 måneder"),
        183: words("6 måneder"),
        365: words("1 år"),
        730: words("2 år"),
        1095: words("3 år"),
        LONGEST: words("4 år"),
    }
    choices.setdefault(now, words("%(days)s dager", days=now))
    return [(str(days), text) for days, text in sorted(choices.items())]

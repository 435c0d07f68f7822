"""The whole audit log, and who has read about one pupil; for leaders (SPEC I8)."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from samspill_kit.errors import NotFound, Unavailable

from .audit_words import CHANGES, READINGS, Titles, broken_words, deed_of, when
from .frame import Frame, frame_of
from .visitors import Visitor

router = APIRouter()

PAGE: Final = 50
MOST_PLACES: Final = 200
"""As many places of one pupil as one call takes; far more than a school life has."""

KINDS: Final = {"lest": READINGS, "endret": CHANGES}


class PupilUnknown(NotFound):
    """No pupil with this id at the active school."""

    code = "pupil_unknown"


@router.get("/tilgang/logg", summary="The whole audit log, with filters")
async def log(request: Request) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    asked = {
        key: request.query_params.get(key, "") for key in ("ansatt", "us", "hva", "fra", "til")
    }
    found = await frame.identity.audit_entries(visitor, limit=PAGE, **_filters(request, asked))
    titles = await _titles(frame, visitor)
    older = ""
    if found.HasField("next_before"):
        kept = {key: value for key, value in asked.items() if value}
        older = "?" + urlencode({**kept, "eldre": found.next_before})
    return frame.staff_page(
        visitor,
        "staff/audit.html",
        active="tilgang",
        rows=[
            (each.sequence, deed_of(frame, each, titles), when(frame, each.at))
            for each in found.entries
        ],
        asked=asked,
        staff=[(each.staff_id, each.display_name) for each in await frame.identity.staff(visitor)],
        surveys=sorted((titles or {}).items(), key=lambda pair: pair[1]),
        is_unbroken=found.is_unbroken,
        broken=broken_words(frame, found.broken_by),
        compared=when(frame, found.copy_kept_at) if found.HasField("copy_kept_at") else "",
        older=older,
        is_filtered=any(asked.values()),
    )


@router.get("/klasser/elev/{pupil_id}/lest", summary="Who has read about one pupil")
async def readings(request: Request, pupil_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    places = list(await frame.surveys.participations(visitor, pupil_id))[:MOST_PLACES]
    group, pupil = await _pupil(frame, visitor, pupil_id)
    found = await frame.identity.readings(visitor, places) if places else None
    titles = {each.survey_id: each.title for each in places}
    roles = {each.staff_id: each.roles for each in await frame.identity.staff(visitor)}
    return frame.staff_page(
        visitor,
        "staff/readings.html",
        active="klasser",
        pupil=pupil,
        group=group,
        surveys=[each.title for each in places],
        rows=[_reading(frame, each, titles, roles) for each in (found.entries if found else ())],
        is_unbroken=found is None or found.is_unbroken,
        printed=frame.date(frame.now().date().isoformat()),
    )


def _filters(request: Request, asked: dict[str, str]) -> dict[str, Any]:
    before = request.query_params.get("eldre", "")
    wanted = {
        "staff_id": asked["ansatt"],
        "survey_id": asked["us"],
        "from_on": asked["fra"],
        "until_on": asked["til"],
        "purposes": KINDS.get(asked["hva"], ()),
        "before": int(before) if before.isdecimal() and 0 < int(before) < 2**63 else None,
    }
    return {key: value for key, value in wanted.items() if value}


async def _titles(frame: Frame, visitor: Visitor) -> Titles:
    try:
        return {each.survey_id: each.title for each in await frame.surveys.list(visitor)}
    except Unavailable:
        # The log is read all the same; its entries hold ids alone.
        return None


async def _pupil(frame: Frame, visitor: Visitor, pupil_id: str) -> tuple[Any, Any]:
    groups = {each.group_id: each for each in await frame.identity.groups(visitor)}
    for each in await frame.identity.pupils(visitor, list(groups)) if groups else ():
        if each.pupil_id == pupil_id:
            return next((groups[one] for one in each.group_ids if one in groups), None), each
    raise PupilUnknown(pupil_id=pupil_id)


def _reading(frame: Frame, entry: Any, titles: Titles, roles: Any) -> tuple[str, str, str]:
    held = roles.get(entry.staff_id, ())
    words = frame.words
    role = words("leder") if "leader" in held else words("lærer")
    return when(frame, entry.at), deed_of(frame, entry, titles), role if held else ""

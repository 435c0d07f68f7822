"""With whom a survey is shared, and sharing it with one more (SPEC I2)."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from samspill_kit.errors import DomainError, NotFound, Unauthenticated

from .access_table import level_in_words
from .frame import Frame, frame_of
from .visitors import Visitor

router = APIRouter(prefix="/undersokelser/{survey_id}/deling")

LEVELS: Final = ("1", "2", "3", "4")


@router.get("", summary="With whom a survey is shared")
async def sharing(request: Request, survey_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    return await _page(frame, visitor, survey_id, {})


@router.post("", summary="Share a survey with a colleague")
async def share(request: Request, survey_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    fields = await request.form()
    typed = {name: str(fields.get(name) or "").strip() for name in ("staff_id", "level", "reason")}
    now = await frame.doors.sharing(visitor, survey_id)
    errors = _what_lacks(frame, typed, needs_reason=now.has_fixed_readers)
    if errors:
        return await _page(frame, visitor, survey_id, typed, errors)
    try:
        await frame.surveys.share(
            visitor, survey_id, typed["staff_id"], int(typed["level"]), typed["reason"]
        )
    except (Unauthenticated, NotFound):
        raise
    except DomainError as error:
        wrong = {"staff_id": frame.error_text(error)}
        return await _page(frame, visitor, survey_id, typed, wrong, error)
    return RedirectResponse(f"/undersokelser/{survey_id}/deling", status_code=303)


@router.get("/{staff_id}/slutt", summary="Ask before taking a share back")
async def ask_to_end(request: Request, survey_id: str, staff_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    survey = await frame.surveys.get(visitor, survey_id)
    now = await frame.doors.sharing(visitor, survey_id)
    found = next((each for each in now.shares if each.staff_id == staff_id), None)
    back = f"/undersokelser/{survey_id}/deling"
    if found is None:
        return RedirectResponse(back, status_code=303)
    words = frame.words
    deed: dict[str, Any] = {
        "text": words("Slutt å dele"),
        "action": f"{back}/{staff_id}/slutt",
        "variant": "primary",
        "fields": {},
        "color": None,
    }
    return frame.staff_page(
        visitor,
        "staff/confirm.html",
        active="undersokelser",
        heading=words("Slutte å dele med %(name)s?", name=found.display_name),
        texts=[
            words(
                "Innen ett minutt ser %(name)s ikke svarene gjennom delingen.",
                name=found.display_name,
            ),
            words("Det som er lest, er fortsatt lest. Det står i loggen."),
        ],
        deeds=[deed],
        back=back,
        survey_title=survey.title,
    )


@router.post("/{staff_id}/slutt", summary="Take a share back")
async def end(request: Request, survey_id: str, staff_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    await frame.surveys.end_share(visitor, survey_id, staff_id)
    return RedirectResponse(f"/undersokelser/{survey_id}/deling", status_code=303)


def _what_lacks(frame: Frame, typed: dict[str, str], *, needs_reason: bool) -> dict[str, str]:
    errors = {}
    if not typed["staff_id"]:
        errors["staff_id"] = frame.words("Velg hvem du vil dele med.")
    if typed["level"] not in LEVELS:
        errors["level"] = frame.words("Velg hva kollegaen skal se.")
    if needs_reason and not typed["reason"]:
        errors["reason"] = frame.words("Skriv hvorfor. Grunnen slettes sammen med undersøkelsen.")
    return errors


async def _page(
    frame: Frame,
    visitor: Visitor,
    survey_id: str,
    typed: dict[str, str],
    errors: dict[str, str] | None = None,
    refusal: DomainError | None = None,
) -> Response:
    survey = await frame.surveys.get(visitor, survey_id)
    now = await frame.doors.sharing(visitor, survey_id)
    possible = [each for each in now.candidates if each.highest]
    most = max((each.highest for each in possible), default=0)
    return frame.staff_page(
        visitor,
        "staff/sharing.html",
        active="undersokelser",
        status=frame.status_of(refusal) if refusal else (422 if errors else 200),
        survey=survey,
        shares=[(each, level_in_words(each.level, frame.words)) for each in now.shares],
        people=[(each.staff_id, each.display_name, _up_to(frame, each)) for each in possible],
        others=[each.display_name for each in now.candidates if not each.highest],
        levels=[(str(at), level_in_words(at, frame.words)) for at in range(1, most + 1)],
        is_opened=now.has_fixed_readers,
        may_share=now.may_share,
        typed=typed,
        errors=dict(errors or {}),
    )


def _up_to(frame: Frame, candidate: Any) -> str:
    level = level_in_words(candidate.highest, frame.words)
    return frame.words("Kan få: %(level)s", level=level)

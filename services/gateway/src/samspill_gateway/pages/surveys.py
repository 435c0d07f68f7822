"""Making a survey, opening it, watching who is done, closing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from samspill_kit.errors import DomainError, Unauthenticated, Unavailable

from .frame import Frame, frame_of
from .home import STATES
from .rights import groups_to_create_for, is_leader, may_create
from .survey_form import Draft, Limits, draft_from_fields, draft_of, new_draft, question_rows
from .visitors import Visitor

router = APIRouter(prefix="/undersokelser")


@dataclass(frozen=True, slots=True)
class StatusRow:
    """One pupil's status: name, the code's state in words, how far they have come."""

    participant_id: str
    name: str
    code: str
    state: str
    may_revoke: bool


@router.get("/ny", summary="Make a survey from a ready set")
async def new_survey(request: Request) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    if not may_create(visitor):
        keepers = await frame.identity.who_can_open(visitor, None)
        return frame.staff_page(
            visitor, "staff/may_not_create.html", active="undersokelser", keepers=keepers
        )
    limits = await _limits(frame, visitor)
    draft = new_draft(frame.now(), frame.words, limits)
    return await _draft_page(frame, visitor, draft, limits=limits)


@router.post("/ny", summary="Save a new draft")
async def create(request: Request) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    limits = await _limits(frame, visitor)
    draft, errors = draft_from_fields(await request.form(), frame.words, limits)
    if errors:
        return await _draft_page(frame, visitor, draft, errors, limits=limits)
    if limits.forbids_free_text(draft.band):
        bank = await frame.surveys.question_set(visitor, draft.band, draft.mode)
        draft = replace(draft, questions=limits.ready_set(bank, draft.band))
    try:
        survey = await frame.surveys.create(visitor, **draft.as_new())
    except Unauthenticated:
        raise
    except DomainError as error:
        wrong = {"title": frame.error_text(error)}
        return await _draft_page(frame, visitor, draft, wrong, error, limits=limits)
    return RedirectResponse(f"/undersokelser/{survey.survey_id}", status_code=303)


@router.get("/{survey_id}", summary="A survey: its draft, its status, or its report")
async def show(request: Request, survey_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    survey = await frame.surveys.get(visitor, survey_id)
    state = STATES[survey.state]
    if state == "draft":
        limits = await _limits(frame, visitor, survey)
        return await _draft_page(frame, visitor, draft_of(survey), survey=survey, limits=limits)
    if state == "open":
        status = await _status(frame, visitor, survey)
        return frame.staff_page(
            visitor, "staff/live.html", active="undersokelser", survey=survey, **status
        )
    if state == "closed":
        return RedirectResponse(f"/undersokelser/{survey_id}/rapport/oversikt", status_code=303)
    return RedirectResponse(f"/undersokelser/{survey_id}/sletting", status_code=303)


@router.post("/{survey_id}", summary="Change a draft")
async def change(request: Request, survey_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    survey = await frame.surveys.get(visitor, survey_id)
    limits = await _limits(frame, visitor, survey)
    draft, errors = draft_from_fields(await request.form(), frame.words, limits)
    if errors:
        return await _draft_page(frame, visitor, draft, errors, survey=survey, limits=limits)
    try:
        await frame.surveys.change(visitor, survey_id, **draft.as_change())
    except Unauthenticated:
        raise
    except DomainError as error:
        wrong = {"title": frame.error_text(error)}
        return await _draft_page(frame, visitor, draft, wrong, error, survey=survey, limits=limits)
    return RedirectResponse(f"/undersokelser/{survey_id}", status_code=303)


@router.post("/{survey_id}/apne", summary="Open a survey")
async def open_survey(request: Request, survey_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    await frame.surveys.open(visitor, survey_id)
    return RedirectResponse(f"/undersokelser/{survey_id}", status_code=303)


@router.post("/{survey_id}/kast", summary="Throw a draft away")
async def discard(request: Request, survey_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    await frame.surveys.discard(visitor, survey_id)
    return RedirectResponse("/undersokelser", status_code=303)


@router.get("/{survey_id}/status.fragment", summary="The live status alone, for the page's script")
async def status_fragment(request: Request, survey_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    survey = await frame.surveys.get(visitor, survey_id)
    if STATES[survey.state] != "open":
        return RedirectResponse(f"/undersokelser/{survey_id}", status_code=303)
    status = await _status(frame, visitor, survey)
    html = frame.fragment("staff/live_status.html", survey=survey, f=frame, **status)
    return HTMLResponse(html)


@router.get("/{survey_id}/lukk", summary="Ask before closing")
async def ask_to_close(request: Request, survey_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    survey = await frame.surveys.get(visitor, survey_id)
    words = frame.words
    deed: dict[str, Any] = {
        "text": words("Lukk nå"),
        "action": f"/undersokelser/{survey_id}/lukk",
        "variant": "primary",
        "fields": {},
        "color": None,
    }
    return frame.staff_page(
        visitor,
        "staff/confirm.html",
        active="undersokelser",
        heading=words("Lukke undersøkelsen?"),
        texts=[
            words(
                "Da kan ingen svare eller endre svar lenger. En lukket undersøkelse åpnes aldri igjen."
            ),
            words("Svarene kan leses med en gang."),
        ],
        deeds=[deed],
        back=f"/undersokelser/{survey_id}",
        survey_title=survey.title,
    )


@router.post("/{survey_id}/lukk", summary="Close a survey; it never reopens")
async def close(request: Request, survey_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    await frame.surveys.close(visitor, survey_id)
    return RedirectResponse(f"/undersokelser/{survey_id}/rapport/oversikt", status_code=303)


@router.post(
    "/{survey_id}/klasseliste", summary="Take in those who joined the class, let out those who left"
)
async def refresh(request: Request, survey_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    await frame.surveys.refresh_participants(visitor, survey_id)
    return RedirectResponse(f"/undersokelser/{survey_id}", status_code=303)


async def _draft_page(
    frame: Frame,
    visitor: Visitor,
    draft: Draft,
    errors: Mapping[str, str] | None = None,
    refusal: DomainError | None = None,
    *,
    survey: Any | None = None,
    limits: Limits,
) -> Response:
    groups = await frame.identity.groups(visitor)
    choices = groups_to_create_for(visitor, groups)
    survey_id = survey.survey_id if survey else ""
    bank = await frame.surveys.question_set(visitor, draft.band, draft.mode) if survey else None
    heading = survey.title if survey else frame.words("Ny undersøkelse")
    status = frame.status_of(refusal) if refusal else (422 if errors else 200)
    return frame.staff_page(
        visitor,
        "staff/new_survey.html",
        active="undersokelser",
        status=status,
        heading=heading,
        action=f"/undersokelser/{survey_id}" if survey else "/undersokelser/ny",
        survey_id=survey_id,
        version=survey.version if survey else 0,
        request_key=draft.request_key,
        groups=[(each.group_id, f"{each.name} ({each.pupils})") for each in choices],
        hidden_groups=len(groups) - len(choices),
        chosen=draft,
        questions=question_rows(bank, draft, frame.language, frame.words, limits) if bank else [],
        last_day=limits.last_day.isoformat(),
        lacks_free_text=[
            text for at, text in _bands(frame).items() if limits.forbids_free_text(at)
        ],
        band_lacks_free_text=limits.forbids_free_text(draft.band),
        may_manage=survey is None or is_leader(visitor) or _is_mine(survey, visitor),
        bands=_bands(frame),
        readers=_readers(frame, survey),
        deleted=frame.date(draft.delete_on),
        errors=dict(errors or {}),
    )


async def _limits(frame: Frame, visitor: Visitor, survey: Any | None = None) -> Limits:
    """Return the municipality's ceilings for a new draft, or for one that exists."""
    made_at = survey.created_at.ToDatetime(tzinfo=UTC) if survey else frame.now()
    return Limits.of(await frame.doors.ceilings(visitor), made_on=made_at.date())


def _is_mine(survey: Any, visitor: Visitor) -> bool:
    assert visitor.staff is not None
    return bool(survey.created_by == visitor.staff.staff_id)


def _bands(frame: Frame) -> dict[int, str]:
    return {
        1: frame.words("1.–4. trinn, 12 spørsmål"),
        2: frame.words("5.–7. trinn, 22 spørsmål"),
        3: frame.words("8.–10. trinn, 28 spørsmål"),
    }


def _readers(frame: Frame, survey: Any | None) -> str:
    if survey is None or not survey.readers:
        return frame.words("Elevene får vite navnet på hver voksen som kan lese svarene.")
    names = ", ".join(each.display_name for each in survey.readers)
    return frame.words("%(readers)s kan lese dem. De andre elevene kan ikke.", readers=names)


async def _status(frame: Frame, visitor: Visitor, survey: Any) -> dict[str, Any]:
    """Join names from surveys, codes from identity and states from responses (ARCHITECTURE 2)."""
    survey_id = survey.survey_id
    people = await frame.surveys.participants(visitor, survey_id)
    codes = await frame.identity.code_states(visitor, survey_id)
    try:
        states = await frame.responses.states(visitor, survey_id)
    except Unavailable:
        states = {}
    rows = [
        StatusRow(
            participant_id=each.participant_id,
            name=each.name,
            code=_code_words(frame, codes.get(each.participant_id)),
            state=states.get(each.participant_id, "not_started"),
            may_revoke=each.participant_id in codes and codes[each.participant_id].state != 3,
        )
        for each in people
    ]
    return {
        "rows": rows,
        "groups": ", ".join(each.name for each in survey.groups),
        "submitted": sum(each.state in ("submitted", "declined") for each in rows),
        "started": sum(each.state in ("started", "returned") for each in rows),
        "not_started": sum(each.state == "not_started" for each in rows),
    }


def _code_words(frame: Frame, code: Any | None) -> str:
    if code is None:
        return frame.words("ikke laget")
    if code.state == 3:
        return frame.words("trukket")
    if code.state == 2:
        return frame.words("brukt")
    if code.is_renewed:
        return frame.words(
            "ny %(day)s %(hour)s", day=frame.short_day(code.made_at), hour=frame.hour(code.made_at)
        )
    return frame.words("laget")

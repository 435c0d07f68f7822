"""The pupil's way: code, before you begin, questions, receipt (SPEC S6)."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import replace
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from samspill_gateway.security import SESSION_COOKIE, clear_cookie, set_cookie
from samspill_kit.errors import DomainError, Unauthenticated

from .answers_in import Save, next_save, save_from_form, save_from_json
from .frame import Frame, frame_of
from .pupil_form import build, first_name, with_sent
from .pupil_words import groups_in_words, minutes_in_words, readers_in_words
from .visitors import SignedOut, Visitor

router = APIRouter()

JSON: Final = "application/json"


@router.get("/", summary="Where a pupil types the access code")
async def code_page(request: Request) -> Response:
    return frame_of(request).page("pupil/code.html", code="", error=None)


@router.get("/k", summary="The same page for a QR code, whose code stays in the fragment")
async def code_page_by_qr(request: Request) -> Response:
    return frame_of(request).page("pupil/code.html", code="", error=None)


@router.post("/kode", summary="Check an access code and open a session")
async def enter_code(request: Request) -> Response:
    frame = frame_of(request)
    fields = await request.form()
    code = str(fields.get("code") or "")[:40]
    try:
        entered = await frame.identity.enter_code(code or " ", origin=_origin(request))
    except DomainError as error:
        words = frame.error_text(error)
        return frame.page("pupil/code.html", status=frame.status_of(error), code=code, error=words)
    response = RedirectResponse("/elev", status_code=303)
    set_cookie(response, SESSION_COOKIE, entered.session_token)
    frame.visitors.remember(
        entered.session_token,
        entered.passport,
        entered.passport_expires_at.ToDatetime(tzinfo=frame.now().tzinfo),
        pupil=entered.pupil,
    )
    return response


@router.get("/elev", summary="What a pupil is told before the first question")
async def before(request: Request) -> Response:
    frame, visitor = await _pupil(request)
    frame, form = await _form(frame, visitor)
    page = await frame.responses.page(visitor)
    answered = sum(not each.is_skipped for each in page.answers)
    return frame.page(
        "pupil/before.html",
        band=form.band,
        first_name=first_name(_name(form, visitor)),
        groups=groups_in_words(form, frame.words),
        readers=readers_in_words(form, frame.words),
        closes=frame.day(form.closes_at),
        deleted=frame.date(form.delete_on),
        total=len(form.questions),
        minutes=minutes_in_words(form.band, len(form.questions)),
        answered_before=answered if visitor.pupil and visitor.pupil.write_only else 0,
    )


@router.get("/elev/svar", summary="All questions in one document")
async def questions(request: Request) -> Response:
    frame, visitor = await _pupil(request)
    return await _questions(frame, visitor, page_id=str(uuid.uuid4()))


@router.post("/elev/lagre", summary="Save what has changed on a page")
async def save(request: Request) -> Response:
    frame, visitor = await _pupil(request)
    saved = await frame.responses.save(visitor, save_from_json(await request.body()))
    return JSONResponse({"state": saved})


@router.post("/elev/lever", summary="Hand in; the answer is the receipt")
async def submit(request: Request) -> Response:
    frame, visitor = await _pupil(request)
    if request.headers.get("content-type", "").startswith(JSON):
        save = save_from_json(await request.body())
        return await _receipt(frame, visitor, save)
    return await _submit_form(frame, visitor)


@router.post("/elev/vil-ikke", summary="Say that one does not want to answer")
async def decline(request: Request) -> Response:
    frame, visitor = await _pupil(request)
    nothing = Save(str(uuid.uuid4()), 1, 0, [], declined=True)
    return await _receipt(frame, visitor, nothing)


@router.get("/elev/kvittering", summary="Where a browser lands that goes back after the receipt")
async def after_receipt() -> Response:
    return RedirectResponse("/", status_code=303)


@router.post("/elev/avslutt", summary="End the session and forget everything")
async def leave(request: Request) -> Response:
    frame = frame_of(request)
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        frame.visitors.forget(token)
        await frame.identity.end_session(token)
    response = RedirectResponse("/", status_code=303)
    clear_cookie(response, SESSION_COOKIE)
    return response


async def _pupil(request: Request) -> tuple[Frame, Visitor]:
    frame = frame_of(request)
    visitor = await frame.visitors.of(request)
    if visitor is None or visitor.pupil is None:
        raise SignedOut()
    return frame, visitor


async def _form(frame: Frame, visitor: Visitor) -> tuple[Frame, Any]:
    """The form, and the frame in a language that the municipality lets pupil pages have."""
    form = await frame.form(visitor)
    if form.languages and frame.language not in form.languages:
        frame = replace(frame, language="nb")
    return frame, form


async def _questions(
    frame: Frame, visitor: Visitor, *, page_id: str, sequence: int = 1
) -> Response:
    answered = await frame.responses.page(visitor)
    return await _answer_page(frame, visitor, answered, Save(page_id, sequence, 0, []))


async def _answer_page(
    frame: Frame,
    visitor: Visitor,
    answered: Any | None,
    sent: Save,
    error: DomainError | None = None,
) -> Response:
    """Show the questions with what is saved and, over it, what was just sent and refused."""
    frame, form = await _form(frame, visitor)
    assert visitor.pupil is not None
    view = build(form, answered, visitor.pupil.participant_id, frame.language)
    where = error.details.get("question_id", "") if error else ""
    words = frame.error_text(error) if error else None
    return frame.page(
        "pupil/answer.html",
        status=frame.status_of(error) if error else 200,
        band=form.band,
        survey_title=form.title,
        form=with_sent(view, sent.answers),
        sheet=await frame.sheet(visitor),
        page_id=sent.page_id,
        sequence=sent.sequence,
        closes=frame.day(form.closes_at),
        error=None if where else words,
        errors={where: words} if where else {},
    )


async def _submit_form(frame: Frame, visitor: Visitor) -> Response:
    """A page without its script: save or hand in the whole form; when refused, the same page says why."""
    fields = await frame.request.form()
    frame, form = await _form(frame, visitor)
    assert visitor.pupil is not None
    view = build(form, None, visitor.pupil.participant_id, frame.language)
    save = save_from_form(fields, view.questions)
    try:
        if "deliver" in fields:
            return await _receipt(frame, visitor, save)
        if save.answers:
            await frame.responses.save(visitor, save)
        answered = await frame.responses.page(visitor)
    except Unauthenticated:
        raise
    except DomainError as error:
        return await _answer_page(frame, visitor, None, next_save(save), error)
    return await _answer_page(
        frame, visitor, answered, Save(save.page_id, save.sequence + 1, 0, [])
    )


async def _receipt(frame: Frame, visitor: Visitor, save: Save) -> Response:
    receipt = await frame.responses.submit(visitor, save)
    frame, form = await _form(frame, visitor)
    answer = frame.page(
        "pupil/receipt.html",
        band=form.band,
        declined=save.declined,
        answered=receipt.answered,
        total=len(form.questions),
        closes=frame.day(form.closes_at),
        adult=first_name(form.readers[0].display_name) if form.readers else "",
    )
    # The page forgets everything; the code opens a new session until the survey closes.
    clear_cookie(answer, SESSION_COOKIE)
    return answer


def _name(form: Any, visitor: Visitor) -> str:
    assert visitor.pupil is not None
    wanted = visitor.pupil.participant_id
    return next((p.name for p in form.participants if p.participant_id == wanted), "")


def _origin(request: Request) -> str:
    """Fingerprint of the browser's address, so that wrong codes are slowed without keeping addresses."""
    host = request.client.host if request.client else ""
    return hashlib.sha256(host.encode()).hexdigest()[:32]

"""Home: what waits, in order of urgency, and my surveys (DESIGN 5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from samspill_gateway.language import OSLO
from samspill_kit.errors import Unavailable

from .frame import Frame, frame_of
from .rights import may_create, may_read
from .visitors import Visitor

router = APIRouter()

STATES: Final = {1: "draft", 2: "open", 3: "closed", 4: "locked"}
"""SurveyState of surveys by its number in the contract."""


@dataclass(frozen=True, slots=True)
class SurveyRow:
    """One survey in a list."""

    survey_id: str
    title: str
    state: str
    groups: str
    submitted: int
    started: int
    total: int
    deleted: str
    closes_at: Any
    may_read: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits, with its one button."""

    headline: str
    text: str
    note: str
    button: str
    href: str


@router.get("/hjem", summary="What waits, and my surveys")
async def home(request: Request) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    surveys = await survey_rows(frame, visitor)
    return frame.staff_page(
        visitor,
        "staff/home.html",
        active="hjem",
        greeting=_greeting(frame, visitor),
        waiting=[*_open(frame, surveys), *_drafts(frame, surveys), *_closed(frame, surveys)],
        surveys=surveys,
        may_create=may_create(visitor),
    )


@router.get("/undersokelser", summary="Every survey that one made or may read")
async def surveys_page(request: Request) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    surveys = await survey_rows(frame, visitor)
    return frame.staff_page(
        visitor,
        "staff/surveys.html",
        active="undersokelser",
        surveys=surveys,
        may_create=may_create(visitor),
    )


async def survey_rows(frame: Frame, visitor: Visitor) -> list[SurveyRow]:
    """Return the visitor's surveys with how many have handed in; without counts while responses is down."""
    surveys = await frame.surveys.list(visitor)
    asked = [each.survey_id for each in surveys if STATES[each.state] in ("open", "closed")]
    try:
        counts = await frame.responses.counts(visitor, asked)
    except Unavailable:
        counts = {}
    return [_row(frame, visitor, each, counts.get(each.survey_id)) for each in surveys]


def _row(frame: Frame, visitor: Visitor, survey: Any, count: Any | None) -> SurveyRow:
    return SurveyRow(
        survey_id=survey.survey_id,
        title=survey.title,
        state=STATES[survey.state],
        groups=", ".join(survey.group_names),
        submitted=count.submitted if count else 0,
        started=count.started if count else 0,
        total=survey.participants,
        deleted=frame.date(survey.delete_on),
        closes_at=survey.closes_at,
        may_read=may_read(visitor, created_by=survey.created_by),
    )


def _greeting(frame: Frame, visitor: Visitor) -> str:
    assert visitor.staff is not None
    name = visitor.staff.display_name.partition(" ")[0]
    hour = frame.now().astimezone(OSLO).hour
    if hour < 10:
        return frame.words("God morgen, %(name)s", name=name)
    if hour < 17:
        return frame.words("Hei, %(name)s", name=name)
    return frame.words("God kveld, %(name)s", name=name)


def _open(frame: Frame, surveys: list[SurveyRow]) -> list[Waiting]:
    words = frame.words
    return [
        Waiting(
            headline=words("%(groups)s svarer nå.", groups=each.groups),
            text=words(
                "%(done)s av %(total)s har levert. Undersøkelsen lukkes %(day)s %(hour)s.",
                done=each.submitted,
                total=each.total,
                day=frame.day(each.closes_at),
                hour=frame.hour(each.closes_at),
            ),
            note=words("Svarene kan leses når undersøkelsen er lukket."),
            button=words("Se status"),
            href=f"/undersokelser/{each.survey_id}",
        )
        for each in surveys
        if each.state == "open"
    ]


def _drafts(frame: Frame, surveys: list[SurveyRow]) -> list[Waiting]:
    words = frame.words
    return [
        Waiting(
            headline=words("«%(title)s» er et utkast.", title=each.title),
            text=words("Les gjennom hva elevene får vite, og åpne når dere er klare."),
            note="",
            button=words("Gjør ferdig"),
            href=f"/undersokelser/{each.survey_id}",
        )
        for each in surveys
        if each.state == "draft"
    ]


def _closed(frame: Frame, surveys: list[SurveyRow]) -> list[Waiting]:
    words = frame.words
    newest = [each for each in surveys if each.state == "closed" and each.may_read][:1]
    return [
        Waiting(
            headline=words("Rapporten for %(groups)s er klar.", groups=each.groups),
            text=words("%(done)s av %(total)s har levert.", done=each.submitted, total=each.total),
            note=words("Slettes av seg selv %(day)s.", day=each.deleted),
            button=words("Åpne rapporten"),
            href=f"/undersokelser/{each.survey_id}",
        )
        for each in newest
    ]

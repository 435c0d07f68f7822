"""The form of a draft: read from a browser, from a survey, or empty with good defaults."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from samspill_gateway.language import OSLO, Words, day_with_year

PREVENTIVE: Final = 1
FREE_TEXT: Final = 6
NOMINATION: Final = 7
BANDS: Final = {1: "1-4", 2: "5-7", 3: "8-10"}
"""GradeBand of surveys by its number, as the municipality's ceilings name it."""

DEFAULT_DAYS: Final = 7
CLOSING_HOUR: Final = time(15, 0)


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the form's fields; dates as the browser writes them."""

    title: str
    band: int
    mode: int
    group_ids: Sequence[str]
    closes_on: str
    closes_time: str
    delete_on: str
    request_key: str
    questions: Sequence[tuple[str, int | None]] = ()
    version: int = 0

    @property
    def closes_at(self) -> datetime:
        """The closing instant; the fields are Norwegian time."""
        local = datetime.fromisoformat(f"{self.closes_on}T{self.closes_time}")
        return local.replace(tzinfo=OSLO).astimezone(UTC)

    def as_new(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "band": self.band,
            "mode": self.mode,
            "group_ids": self.group_ids,
            "closes_at": self.closes_at,
            "delete_on": self.delete_on,
            "questions": self.questions,
            "request_key": self.request_key,
        }

    def as_change(self) -> dict[str, Any]:
        wanted = self.as_new()
        del wanted["band"], wanted["request_key"]
        return {**wanted, "version": self.version}


@dataclass(frozen=True, slots=True)
class Limits:
    """What the municipality's ceilings mean for one draft."""

    last_day: date
    """The latest day of deletion."""

    free_text_bands: Sequence[str]

    @classmethod
    def of(cls, ceilings: Any, *, made_on: date) -> Limits:
        last_day = made_on + timedelta(days=ceilings.longest_keep_days)
        return cls(last_day, tuple(ceilings.free_text_bands))

    def may_ask(self, question: Any, band: int) -> bool:
        """Whether a question of the bank may be offered for the band."""
        return question.kind != FREE_TEXT or not self.forbids_free_text(band)

    def forbids_free_text(self, band: int) -> bool:
        return BANDS[band] not in self.free_text_bands

    def ready_set(self, bank: Any, band: int) -> Sequence[tuple[str, int | None]]:
        """Return the band's ready set without what may not be asked."""
        return [(each.catalogue_key, None) for each in bank.questions if self.may_ask(each, band)]


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One question of the set with its checkbox."""

    key: str
    text: str
    is_chosen: bool
    is_nomination: bool
    most: int


@dataclass(slots=True)
class Reader:
    """Collects what is wrong with a form, by field, in the reader's words."""

    words: Words
    errors: dict[str, str] = field(default_factory=dict)

    def refuse(self, name: str, text: str) -> None:
        self.errors.setdefault(name, text)


def end_of_school_year(today: date) -> date:
    """Return the next 30 June (SPEC T1)."""
    this_year = date(today.year, 6, 30)
    return this_year if today < this_year else date(today.year + 1, 6, 30)


def new_draft(now: datetime, words: Words, limits: Limits) -> Draft:
    """Return a form that is right for most: closes in a week at 15, dies with the school year."""
    today = now.astimezone(OSLO).date()
    closes_on = today + timedelta(days=DEFAULT_DAYS)
    return Draft(
        title=words("Trivsel uke %(week)s", week=today.isocalendar().week),
        band=2,
        mode=PREVENTIVE,
        group_ids=(),
        closes_on=closes_on.isoformat(),
        closes_time=CLOSING_HOUR.strftime("%H:%M"),
        delete_on=min(end_of_school_year(closes_on), limits.last_day).isoformat(),
        request_key=str(uuid.uuid4()),
    )


def draft_of(survey: Any) -> Draft:
    """Return the form of a stored draft."""
    closes_at = survey.closes_at.ToDatetime(tzinfo=UTC).astimezone(OSLO)
    return Draft(
        title=survey.title,
        band=survey.band,
        mode=survey.mode,
        group_ids=[each.group_id for each in survey.groups],
        closes_on=closes_at.date().isoformat(),
        closes_time=closes_at.strftime("%H:%M"),
        delete_on=survey.delete_on,
        request_key=survey.survey_id,
        questions=[
            (each.catalogue_key, each.max_nominees if each.kind == NOMINATION else None)
            for each in survey.questions
        ],
        version=survey.version,
    )


def draft_from_fields(fields: Any, words: Words, limits: Limits) -> tuple[Draft, Mapping[str, str]]:
    """Read the form; what is wrong comes back by field, and nothing that was typed is lost."""
    reader = Reader(words)
    draft = Draft(
        title=str(fields.get("title") or "").strip(),
        band=_one_of(fields.get("band"), ("1", "2", "3"), 2),
        mode=_one_of(fields.get("mode"), ("1", "2"), PREVENTIVE),
        group_ids=[str(each) for each in fields.getlist("group_ids")],
        closes_on=str(fields.get("closes_on") or ""),
        closes_time=str(fields.get("closes_time") or ""),
        delete_on=str(fields.get("delete_on") or ""),
        request_key=_key(fields.get("request_key")),
        questions=_questions(fields),
        version=_one_of_number(fields.get("version")),
    )
    if not draft.title:
        reader.refuse("title", words("Gi undersøkelsen et navn."))
    if not draft.group_ids:
        reader.refuse("group_ids", words("Velg minst én klasse eller gruppe."))
    _check_dates(draft, reader, limits)
    return draft, reader.errors


def question_rows(
    bank: Any, draft: Draft, language: str, words: Words, limits: Limits
) -> list[tuple[str, list[QuestionRow]]]:
    """Return the set's questions by theme, then the bank's further ones, with the draft's choices."""
    chosen = dict(draft.questions)
    rows: dict[str, list[QuestionRow]] = {}
    for question in [*bank.questions, *bank.further_questions]:
        is_chosen = question.catalogue_key in chosen
        if not is_chosen and not limits.may_ask(question, draft.band):
            continue
        most = chosen.get(question.catalogue_key)
        row = QuestionRow(
            key=question.catalogue_key,
            text=getattr(question.text, language),
            is_chosen=is_chosen,
            is_nomination=question.kind == NOMINATION,
            most=question.max_nominees if most is None else most,
        )
        rows.setdefault(words(f"theme.{question.theme}"), []).append(row)
    return list(rows.items())


def _check_dates(draft: Draft, reader: Reader, limits: Limits) -> None:
    words = reader.words
    try:
        closes_at = draft.closes_at
    except ValueError:
        reader.refuse("closes_on", words("Skriv dagen og klokkeslettet den skal lukkes."))
        return
    try:
        delete_on = date.fromisoformat(draft.delete_on)
    except ValueError:
        reader.refuse("delete_on", words("Skriv dagen den senest skal slettes."))
        return
    if closes_at <= datetime.now(UTC):
        reader.refuse("closes_on", words("Dagen er passert. Velg en dag som kommer."))
    if delete_on <= closes_at.astimezone(OSLO).date():
        reader.refuse("delete_on", words("Slettedagen må komme etter dagen den lukkes."))
    if delete_on > limits.last_day:
        told = words(
            "Kommunen lar ingen undersøkelse leve lenger enn til %(day)s.",
            day=day_with_year(limits.last_day, words.language),
        )
        reader.refuse("delete_on", told)


def _questions(fields: Any) -> list[tuple[str, int | None]]:
    chosen = []
    for key in fields.getlist("questions"):
        most = fields.get(f"most.{key}")
        chosen.append((str(key), int(most) if most in ("0", "3", "5") else None))
    return chosen


def _one_of(value: object, allowed: Sequence[str], default: int) -> int:
    return int(str(value)) if value in allowed else default


def _one_of_number(value: object) -> int:
    text = str(value or "")
    return int(text) if text.isdecimal() else 0


def _key(value: object) -> str:
    try:
        return str(uuid.UUID(str(value)))
    except ValueError:
        return str(uuid.uuid4())

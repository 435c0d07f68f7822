"""The audit log in sentences: who did what, when, with how much in sight (SPEC I8)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any, Final

from google.protobuf.timestamp_pb2 import Timestamp

from samspill_gateway.language import OSLO

from .frame import Frame

READINGS: Final = (
    "report_overview",
    "report_questions",
    "report_pupil",
    "report_pupils",
    "sociogram",
    "report_quality",
    "report_pdf",
)
CHANGES: Final = (
    "grants_changed",
    "staff_added",
    "staff_removed",
    "leader_named",
    "leader_dismissed",
    "reader_added",
    "share_made",
    "share_ended",
    "sessions_ended",
    "school_closed",
    "school_opened",
)
BREAKS: Final = ("entry_changed", "entry_missing", "tail_cut", "differs_from_copy")

Titles = Mapping[str, str] | None
"""Of the surveys that exist; None while the surveys cannot be asked."""


def deed_of(frame: Frame, entry: Any, titles: Titles) -> str:
    """Say one entry: Kari Moen leste oversikten: «5B, uke 46», uten navn."""
    words = frame.words
    name = entry.staff_name or words("En som ikke lenger arbeider her")
    told = [_survey(frame, entry, titles), entry.subject_name, _level(frame, entry)]
    if entry.participants:
        told.append(_pupils(frame, entry.participants))
    said = f"{name} {words(f'purpose.{entry.purpose}')}"
    about = ", ".join(each for each in told if each)
    return f"{said}: {about}" if about else said


def when(frame: Frame, moment: Timestamp) -> str:
    """Say a moment so that it can stand on paper: 14. november 2026 kl. 8.14."""
    local = moment.ToDatetime(tzinfo=UTC).astimezone(OSLO)
    return f"{frame.date(local.date().isoformat())} {frame.hour(moment)}"


def broken_words(frame: Frame, broken_by: str) -> str:
    """Say what was found wrong with the log."""
    known = broken_by if broken_by in BREAKS else BREAKS[0]
    words = frame.words
    return {
        "entry_changed": words("En linje i loggen er endret, satt inn eller flyttet."),
        "entry_missing": words("En linje i loggen mangler."),
        "tail_cut": words("De siste linjene i loggen er borte."),
        "differs_from_copy": words("Loggen er skrevet om: den er ulik kopien som er tatt vare på."),
    }[known]


def _survey(frame: Frame, entry: Any, titles: Titles) -> str:
    if not entry.survey_id:
        return ""
    if titles is None:
        return frame.words("en undersøkelse")
    title = titles.get(entry.survey_id)
    return f"«{title}»" if title else frame.words("en slettet undersøkelse")


def _level(frame: Frame, entry: Any) -> str:
    words = frame.words
    return {
        1: words("bare tall"),
        2: words("uten navn"),
        3: words("med navn"),
        4: words("med navn og fritekst"),
    }.get(entry.level, "")


def _pupils(frame: Frame, count: int) -> str:
    return frame.words("én elev") if count == 1 else frame.words("%(count)s elever", count=count)

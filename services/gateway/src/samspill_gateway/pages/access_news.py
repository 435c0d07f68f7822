"""What was read and changed lately, as sentences beside the leader's table (SPEC I8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from google.protobuf.timestamp_pb2 import Timestamp

from samspill_gateway.language import OSLO, clock_time

from .frame import Frame
from .grants_form import in_force
from .visitors import Visitor

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
    "share_made",
    "share_ended",
    "reader_added",
    "sessions_ended",
)
LOOKED_BACK: Final = timedelta(days=7)
WARNED_BEFORE: Final = timedelta(days=14)
MOST_ENTRIES: Final = 200
MOST_SENTENCES: Final = 6
NAMED: Final = 3
"""ReadLevel by number: from here on names are shown."""

NO_BREAK: Final = "\N{NO-BREAK SPACE}"

Sentence = tuple[str, str]
"""What happened, and when."""


async def readings(
    frame: Frame, visitor: Visitor, titles: Mapping[str, str]
) -> tuple[bool, Sequence[Sentence]]:
    """Whether the log is unbroken, and one sentence a day for each reader and survey."""
    since = frame.now().astimezone(OSLO).date() - LOOKED_BACK
    log = await frame.identity.audit_entries(
        visitor, limit=MOST_ENTRIES, purposes=READINGS, from_on=since.isoformat()
    )
    newest: dict[tuple[object, ...], Sentence] = {}
    for each in log.entries:
        day = _local(each.at).date()
        if each.purpose in READINGS and day >= since:
            key = (each.staff_id, each.survey_id, each.level >= NAMED, day)
            newest.setdefault(key, (_read(frame, each, titles), when(frame, each.at)))
    return log.is_unbroken, list(newest.values())[:MOST_SENTENCES]


async def changes(frame: Frame, visitor: Visitor, titles: Mapping[str, str]) -> Sequence[Sentence]:
    """Say who got or lost access lately, and by whom."""
    log = await frame.identity.audit_entries(visitor, limit=MOST_SENTENCES, purposes=CHANGES)
    return [
        (_changed(frame, each, titles), when(frame, each.at))
        for each in log.entries
        if each.purpose in CHANGES
    ]


def endings(frame: Frame, staff: Iterable[Any], today: date) -> list[str]:
    """Say whose access soon ends by itself."""
    sentences = []
    for member in staff:
        untils = {each.until_on for each in in_force(member.grants, today) if each.until_on}
        if not untils or date.fromisoformat(first := min(untils)) > today + WARNED_BEFORE:
            continue
        values = {"name": member.display_name, "day": frame.plain_day(date.fromisoformat(first))}
        if first == max(untils):
            sentences.append(
                frame.words("%(name)s mister tilgangen %(day)s av seg selv.", **values)
            )
        else:
            sentences.append(
                frame.words("%(name)s mister noe av tilgangen %(day)s av seg selv.", **values)
            )
    return sentences


def when(frame: Frame, moment: Timestamp) -> str:
    """Say a moment of the last days as people do: i dag 08.14."""
    local = _local(moment)
    hour = clock_time(local, frame.language) if frame.language == "en" else f"{local:%H.%M}"
    days_ago = (frame.now().astimezone(OSLO).date() - local.date()).days
    if days_ago == 0:
        said = frame.words("i dag %(hour)s", hour=hour)
    elif days_ago == 1:
        said = frame.words("i går %(hour)s", hour=hour)
    else:
        said = f"{frame.short_day(local)} {hour}"
    return said.replace(" ", NO_BREAK)


def _local(moment: Timestamp) -> datetime:
    return moment.ToDatetime(tzinfo=UTC).astimezone(OSLO)


def _read(frame: Frame, entry: Any, titles: Mapping[str, str]) -> str:
    values = {"name": entry.staff_name, "survey": _title(frame, entry, titles)}
    if entry.level >= NAMED:
        return frame.words("%(name)s åpnet %(survey)s", **values)
    return frame.words("%(name)s åpnet %(survey)s uten navn", **values)


def _changed(frame: Frame, entry: Any, titles: Mapping[str, str]) -> str:
    words = frame.words
    values = {
        "name": entry.staff_name,
        "subject": entry.subject_name or words("en ansatt"),
        "survey": _title(frame, entry, titles),
    }
    sentence = {
        "grants_changed": words("%(name)s endret hva %(subject)s kan gjøre"),
        "staff_added": words("%(name)s la til %(subject)s"),
        "staff_removed": words("%(name)s tok bort %(subject)s"),
        "leader_named": words("%(name)s gjorde %(subject)s til leder"),
        "leader_dismissed": words("%(name)s tok bort %(subject)s som leder"),
        "share_made": words("%(name)s delte %(survey)s med %(subject)s"),
        "share_ended": words("%(name)s sluttet å dele %(survey)s med %(subject)s"),
        "reader_added": words("%(name)s lot %(subject)s lese %(survey)s"),
        "sessions_ended": words("%(name)s avsluttet innlogginger for %(subject)s"),
    }[entry.purpose]
    return sentence % values


def _title(frame: Frame, entry: Any, titles: Mapping[str, str]) -> str:
    return titles.get(entry.survey_id) or frame.words("en slettet undersøkelse")

"""The roster: pupils by name, gender and groups, and how an import meets it (SPEC I5)."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from samspill_identity.domain.errors import ImportUndecided, RosterChangedMeanwhile
from samspill_kit.ids import EntityId, GroupId, PupilId, StaffId

IMPORT_KEPT_FOR: Final = timedelta(minutes=30)


class ImportId(EntityId):
    """A class list that was read and waits for a person's yes."""

    __slots__ = ()


class Gender(Enum):
    """As the school's list says; optional."""

    GIRL = "girl"
    BOY = "boy"


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of a pupil; no other column exists (SPEC I5)."""

    name: str
    gender: Gender | None

    def __repr__(self) -> str:
        return "Card(hidden)"


@dataclass(frozen=True, slots=True)
class SealedPupil:
    """A pupil as stored: the card is ciphertext."""

    pupil_id: PupilId
    card: bytes
    group_ids: tuple[GroupId, ...]


@dataclass(frozen=True, slots=True)
class Pupil:
    """A pupil with the card opened."""

    pupil_id: PupilId
    card: Card
    group_ids: tuple[GroupId, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A class or any other group."""

    group_id: GroupId
    name: str
    pupils: int = 0


@dataclass(frozen=True, slots=True)
class ListedPupil:
    """A good row of a class list."""

    row: int
    card: Card
    group_name: str


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be imported: its number and why, never what it holds."""

    row: int
    code: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class ClassList:
    """A class list as it was read."""

    pupils: tuple[ListedPupil, ...]
    bad_rows: tuple[BadRow, ...]
    dropped_columns: tuple[str, ...]


class Match(Enum):
    """Whether a listed pupil is in the roster already."""

    NEW = "new"
    KNOWN = "known"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Meeting:
    """A listed pupil beside those of the roster who have the same name."""

    listed: ListedPupil
    match: Match
    candidates: tuple[Pupil, ...] = ()


@dataclass(frozen=True, slots=True)
class PreparedImport:
    """A readable class list, sealed, until it is confirmed or 30 minutes old."""

    import_id: ImportId
    staff_id: StaffId
    sealed: bytes
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person said about an ambiguous row; no pupil means a new one."""

    row: int
    pupil_id: PupilId | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A listed pupil after every question is answered; no pupil id means a new one."""

    listed: ListedPupil
    known: Pupil | None


def name_key(name: str) -> str:
    """Names that only differ in case, spaces or composition are the same name."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def group_key(name: str) -> str:
    """`5 a` and `5A` are the same class."""
    return "".join(unicodedata.normalize("NFC", name).casefold().split())


def meet(listed: Sequence[ListedPupil], roster: Iterable[Pupil]) -> tuple[Meeting, ...]:
    """Match each listed pupil by name inside the school.

    One pupil of that name in the roster and one in the file is the same pupil; several on either
    side are asked about.
    """
    by_name: dict[str, list[Pupil]] = {}
    for pupil in roster:
        by_name.setdefault(name_key(pupil.card.name), []).append(pupil)
    times_listed = Counter(name_key(one.card.name) for one in listed)
    return tuple(_meet_one(one, by_name, times_listed) for one in listed)


def _meet_one(
    one: ListedPupil, by_name: Mapping[str, list[Pupil]], times_listed: Mapping[str, int]
) -> Meeting:
    key = name_key(one.card.name)
    candidates = tuple(by_name.get(key, ()))
    if not candidates:
        return Meeting(one, Match.NEW)
    if len(candidates) == 1 and times_listed[key] == 1:
        return Meeting(one, Match.KNOWN, candidates)
    return Meeting(one, Match.AMBIGUOUS, candidates)


def settle(meetings: Iterable[Meeting], decisions: Iterable[Decision]) -> tuple[Arrival, ...]:
    """Apply a person's decisions. Raises ImportUndecided, RosterChangedMeanwhile."""
    decided = {decision.row: decision.pupil_id for decision in decisions}
    return tuple(_settle_one(meeting, decided) for meeting in meetings)


def _settle_one(meeting: Meeting, decided: Mapping[int, PupilId | None]) -> Arrival:
    row = meeting.listed.row
    if meeting.match is not Match.AMBIGUOUS:
        if decided.get(row) is not None:
            raise RosterChangedMeanwhile(row=row)
        return Arrival(meeting.listed, meeting.candidates[0] if meeting.candidates else None)
    if row not in decided:
        raise ImportUndecided(row=row)
    wanted = decided[row]
    if wanted is None:
        return Arrival(meeting.listed, None)
    for candidate in meeting.candidates:
        if candidate.pupil_id == wanted:
            return Arrival(meeting.listed, candidate)
    raise ImportUndecided(row=row)

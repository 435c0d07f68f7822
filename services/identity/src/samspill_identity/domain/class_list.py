"""From rows of cells to a class list: headings, genders, and what makes a row bad (SPEC I5, I6)."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from samspill_identity.domain.errors import (
    RosterColumnMissing,
    RosterFileEmpty,
    RosterTooLarge,
)
from samspill_identity.domain.roster import (
    BadRow,
    Card,
    ClassList,
    Gender,
    ListedPupil,
    group_key,
    name_key,
)
from samspill_kit.national_identity import carries_national_identity_number

MOST_PUPILS: Final = 4000
"""More than any Norwegian school has; a larger file is something else."""

LONGEST_NAME: Final = 120
LONGEST_GROUP: Final = 40
_LONGEST_HEADING_SHOWN: Final = 60


class Column(Enum):
    """What a heading can mean."""

    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    GENDER = "gender"
    GROUP = "group"


_NAMED: Final = (Column.NAME, Column.FIRST_NAME, Column.LAST_NAME)

_HEADINGS: Final[Mapping[Column, tuple[str, ...]]] = {
    Column.NAME: (
        *("navn", "namn", "name", "elevnavn", "elevnamn", "fullt navn", "fullt namn"),
        *("fullstendig navn", "full name", "elev", "eleven", "pupil", "student"),
    ),
    Column.FIRST_NAME: ("fornavn", "fornamn", "førenamn", "first name", "firstname", "given name"),
    Column.LAST_NAME: (
        *("etternavn", "etternamn", "last name", "lastname", "surname", "family name"),
    ),
    Column.GENDER: ("kjønn", "kjonn", "kjoenn", "gender", "sex"),
    Column.GROUP: (
        *("klasse", "class", "gruppe", "group", "basisgruppe", "klasse/gruppe"),
        *("klassegruppe", "trinn", "steg", "grade", "year"),
    ),
}
"""Bokmål, Nynorsk and English; the first of a file that stands earliest here is taken."""

_GENDERS: Final[Mapping[str, Gender | None]] = {
    **dict.fromkeys(
        ("jente", "jenta", "pike", "j", "k", "kvinne", "girl", "f", "female"), Gender.GIRL
    ),
    **dict.fromkeys(("gutt", "gut", "g", "m", "mann", "boy", "male"), Gender.BOY),
    **dict.fromkeys(("", "-", "ukjent", "ukjend", "unknown", "annet", "anna", "other"), None),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file, as text."""

    number: int
    """Counted as a spreadsheet does, the first row being 1."""

    cells: tuple[str, ...]
    formulas: frozenset[int] = frozenset()
    """Places of cells that hold a formula, or that a spreadsheet would take for one."""


@dataclass(frozen=True, slots=True)
class _Layout:
    places: Mapping[Column, int]
    headings: tuple[str, ...]

    def text(self, row: Row, column: Column) -> str:
        place = self.places.get(column)
        return _tidy(row.cells[place]) if place is not None and place < len(row.cells) else ""

    def name(self, row: Row) -> str:
        if Column.NAME in self.places:
            return self.text(row, Column.NAME)
        parts = (self.text(row, Column.FIRST_NAME), self.text(row, Column.LAST_NAME))
        return " ".join(part for part in parts if part)

    def heading(self, *columns: Column) -> str:
        place = next((self.places[column] for column in columns if column in self.places), None)
        return self.headings[place] if place is not None else ""


def read_class_list(rows: Sequence[Row]) -> ClassList:
    """Tell good rows, bad rows and dropped columns apart.

    Raises RosterFileEmpty, RosterColumnMissing, RosterTooLarge. A national identity number
    anywhere makes its row bad, whichever column it stands in.
    """
    filled = [row for row in rows if any(cell.strip() for cell in row.cells) or row.formulas]
    if len(filled) < 2:
        raise RosterFileEmpty
    if len(filled) - 1 > MOST_PUPILS:
        raise RosterTooLarge(most=MOST_PUPILS, found=len(filled) - 1)
    heading, *others = filled
    if holds_national_identity_number(heading):
        return ClassList((), (BadRow(heading.number, "national_identity_number"),), ())
    layout = _layout_of(heading)
    pupils: list[ListedPupil] = []
    bad_rows: list[BadRow] = []
    seen: set[tuple[str, str]] = set()
    for row in others:
        outcome = _read_row(row, layout, seen)
        (pupils if isinstance(outcome, ListedPupil) else bad_rows).append(outcome)  # type: ignore[arg-type]
    return ClassList(tuple(pupils), tuple(bad_rows), _dropped(layout))


def holds_national_identity_number(row: Row) -> bool:
    """Whether one of the cells, or neighbours taken together, hold such a number (SPEC I6)."""
    cells = [unicodedata.normalize("NFKC", cell).strip() for cell in row.cells]
    # A spreadsheet drops the leading zero of a number; neighbours may be date and serial number.
    candidates = (*cells, " ".join(cells), *_padded(cells), *_pairs(cells))
    return any(carries_national_identity_number(text) for text in candidates)


def _padded(cells: Sequence[str]) -> Iterator[str]:
    return (cell.zfill(11) for cell in cells if cell.isdecimal() and len(cell) == 10)


def _pairs(cells: Sequence[str]) -> Iterator[str]:
    """A birth date of six digits and a serial number of five that stand in two cells of a row."""
    numbers = ["".join(filter(str.isdecimal, cell)) for cell in cells if _is_number(cell)]
    for place, first in enumerate(numbers):
        for second in numbers[:place] + numbers[place + 1 :]:
            if 5 <= len(first) <= 6 and 4 <= len(second) <= 5:
                yield first.zfill(6) + second.zfill(5)


def _is_number(cell: str) -> bool:
    return bool(cell) and all(character.isdecimal() or character in " .-/" for character in cell)


def _layout_of(heading: Row) -> _Layout:
    keys = [_heading_key(cell) for cell in heading.cells]
    places = {
        column: keys.index(known[0])
        for column, names in _HEADINGS.items()
        if (known := [name for name in names if name in keys])
    }
    if Column.NAME not in places and Column.FIRST_NAME not in places:
        raise RosterColumnMissing(column=Column.NAME.value)
    if Column.GROUP not in places:
        raise RosterColumnMissing(column=Column.GROUP.value)
    if Column.NAME in places:
        for part in (Column.FIRST_NAME, Column.LAST_NAME):
            places.pop(part, None)
    return _Layout(places, tuple(_tidy(cell) for cell in heading.cells))


def _dropped(layout: _Layout) -> tuple[str, ...]:
    used = set(layout.places.values())
    return tuple(
        heading[:_LONGEST_HEADING_SHOWN]
        for place, heading in enumerate(layout.headings)
        if place not in used and heading
    )


def _read_row(row: Row, layout: _Layout, seen: set[tuple[str, str]]) -> ListedPupil | BadRow:
    name, group = layout.name(row), layout.text(row, Column.GROUP)
    gender = layout.text(row, Column.GENDER).casefold()
    if fault := _fault_of_row(row, layout) or _fault_of_texts(row, layout, name, group):
        return fault
    if gender not in _GENDERS:
        return BadRow(row.number, "roster_gender_unknown", layout.heading(Column.GENDER))
    # Two equal names in one class could not be told apart on the pupils' pages either.
    if (twin := (name_key(name), group_key(group))) in seen:
        return BadRow(row.number, "roster_pupil_repeated", layout.heading(*_NAMED))
    seen.add(twin)
    return ListedPupil(row.number, Card(name, _GENDERS[gender]), group)


def _fault_of_row(row: Row, layout: _Layout) -> BadRow | None:
    if holds_national_identity_number(row):
        return BadRow(row.number, "national_identity_number")
    if row.formulas:
        place = min(row.formulas)
        column = layout.headings[place] if place < len(layout.headings) else ""
        return BadRow(row.number, "roster_formula_cell", column)
    return None


def _fault_of_texts(row: Row, layout: _Layout, name: str, group: str) -> BadRow | None:
    if code := _fault_of(name, "name", LONGEST_NAME):
        return BadRow(row.number, code, layout.heading(*_NAMED))
    if code := _fault_of(group, "group", LONGEST_GROUP):
        return BadRow(row.number, code, layout.heading(Column.GROUP))
    return None


def _fault_of(text: str, what: str, longest: int) -> str | None:
    if not text:
        return f"roster_{what}_missing"
    if len(text) > longest:
        return f"roster_{what}_too_long"
    if any(unicodedata.category(character) in ("Cc", "Co", "Cs", "Cn") for character in text):
        return f"roster_{what}_unreadable"
    return None


def _heading_key(cell: str) -> str:
    return _tidy(cell).casefold().rstrip(":*. ")


def _tidy(cell: str) -> str:
    return " ".join(unicodedata.normalize("NFC", cell).split())

"""Reads the first sheet of an XLSX workbook, and says where it holds formulas."""

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook

from samspill_identity.domain.class_list import MOST_PUPILS, Row
from samspill_identity.domain.errors import RosterFileBroken, RosterTooLarge

LARGEST_UNPACKED: Final = 64 * 1024 * 1024
"""A class list of four thousand rows unpacks to one or two million bytes."""

MOST_COLUMNS: Final = 200
_CELL: Final = re.compile(r"([A-Z]{1,3})(\d{1,7})\Z")
_SHEET: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_OFFICE: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_RELATION: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"

CellValue = str | int | float | bool | date | datetime | time | timedelta | None


def read_workbook(content: bytes) -> Sequence[Row]:
    """The rows of the first sheet. Raises RosterFileBroken, RosterTooLarge."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _demand_sane(archive)
            formulas = _formulas_of(archive)
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        top, left = sheet.start or (0, 0)
        if sheet.height > MOST_PUPILS * 5 or sheet.width > MOST_COLUMNS:
            raise RosterTooLarge(most=MOST_PUPILS, found=sheet.height)
        cells = sheet.to_python(skip_empty_area=True)
    except (CalamineError, zipfile.BadZipFile, ElementTree.ParseError, KeyError, ValueError):
        raise RosterFileBroken from None
    return [
        Row(
            number,
            tuple("" for _ in range(left)) + tuple(_text_of(value) for value in row),
            frozenset(formulas.get(number, ())),
        )
        for number, row in enumerate(cells, start=top + 1)
    ]


def _demand_sane(archive: zipfile.ZipFile) -> None:
    """Refuse an archive that would fill the memory, and XML that declares entities."""
    if sum(part.file_size for part in archive.infolist()) > LARGEST_UNPACKED:
        raise RosterFileBroken
    for part in archive.infolist():
        if part.filename.endswith((".xml", ".rels")):
            with archive.open(part) as opened:
                if b"<!DOCTYPE" in opened.read(4096):
                    raise RosterFileBroken


def _formulas_of(archive: zipfile.ZipFile) -> Mapping[int, set[int]]:
    """Places of cells with a formula, by row number."""
    found: dict[int, set[int]] = defaultdict(set)
    with archive.open(_first_sheet(archive)) as part:
        for _, cell in ElementTree.iterparse(part):  # noqa: S314  # Entities are refused above.
            if cell.tag == f"{_SHEET}c":
                place = _CELL.match(cell.get("r", ""))
                if place and cell.find(f"{_SHEET}f") is not None:
                    found[int(place[2])].add(_column(place[1]))
                cell.clear()
    return found


def _first_sheet(archive: zipfile.ZipFile) -> str:
    """The part of the archive that holds the workbook's first sheet."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314  # As above.
    relation = next(book.iter(f"{_SHEET}sheet")).get(f"{_OFFICE}id")
    for known in _relations(archive):
        if known.get("Id") == relation:
            target = known.get("Target", "").lstrip("/")
            return target if target.startswith("xl/") else f"xl/{target}"
    raise RosterFileBroken


def _relations(archive: zipfile.ZipFile) -> Iterator[ElementTree.Element]:
    written = archive.read("xl/_rels/workbook.xml.rels")
    return ElementTree.fromstring(written).iter(_RELATION)  # noqa: S314  # As above.


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _text_of(value: CellValue) -> str:
    """The cell as text; a date as six digits, since it may be the first half of a number
    (SPEC I6).
    """
    match value:
        case None | bool():
            return ""
        case str():
            return value
        case float() if value.is_integer():
            return str(int(value))
        case datetime() | date():
            return value.strftime("%d%m%y")
        case _:
            return str(value)

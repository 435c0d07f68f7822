"""Reads class lists: CSV in UTF-8 or Windows-1252, and XLSX."""

import csv
import io
from collections.abc import Sequence
from pathlib import PurePath
from typing import Final

from samspill_identity.domain.class_list import MOST_PUPILS, Row
from samspill_identity.domain.errors import (
    RosterEncodingUnknown,
    RosterFileBroken,
    RosterFileEmpty,
    RosterFileKindUnknown,
    RosterTooLarge,
)
from samspill_identity.sheets.workbook import read_workbook

_SEPARATORS: Final = (";", "\t", ",")
_FORMULA_SIGNS: Final = ("=", "+", "-", "@")
_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0"
MOST_ROWS: Final = MOST_PUPILS * 5
"""Beyond this a file is not read on: what follows is not a class list with empty rows."""


class SheetReader:
    """Looks at the content first; the file's ending only decides what a broken file was meant
    to be.
    """

    def read(self, content: bytes, file_name: str) -> Sequence[Row]:
        """The rows of the file. See the port for what it raises."""
        ending = PurePath(file_name).suffix.lower()
        if not content.strip():
            raise RosterFileEmpty
        if content.startswith(_ZIP) and ending != ".csv":
            return read_workbook(content)
        if content.startswith(_OLE) or ending == ".xls":
            raise RosterFileKindUnknown(save_as="xlsx")
        if ending == ".xlsx":
            raise RosterFileBroken
        if ending not in (".csv", ".txt", ".tsv", ""):
            raise RosterFileKindUnknown(save_as="xlsx")
        return _read_text(_decoded(content))


def _decoded(content: bytes) -> str:
    """UTF-8 with or without a mark, else Windows-1252, whose letters a class list holds."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content:
        raise RosterEncodingUnknown
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        raise RosterEncodingUnknown from None
    # What is neither has signs that no name has; taken as Windows-1252 it would spoil names.
    if any(sign in text for sign in "\x7f€‚ƒ„…†‡ˆ‰‹Œ•˜™›œ¤¦§¨©ª¬®¯°±²³µ¶¹º¼½¾¿×÷"):
        raise RosterEncodingUnknown
    return text


def _read_text(text: str) -> Sequence[Row]:
    first_line = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=first_line.count)
    try:
        rows = []
        for number, cells in enumerate(csv.reader(io.StringIO(text), delimiter=separator), 1):
            if number > MOST_ROWS:
                raise RosterTooLarge(most=MOST_PUPILS, found=number)
            rows.append(Row(number, tuple(cells), _formulas(cells)))
    except csv.Error:
        raise RosterFileBroken from None
    return rows


def _formulas(cells: Sequence[str]) -> frozenset[int]:
    """Cells that a spreadsheet would compute; a lone dash means that nothing is given."""
    return frozenset(
        place
        for place, cell in enumerate(cells)
        if cell.lstrip().startswith(_FORMULA_SIGNS) and cell.strip() != "-"
    )

"""Files of class lists: encodings, separators, workbooks, and what is none."""

import io
import zipfile
from datetime import date

import pytest
import xlsxwriter

from samspill_identity.domain.class_list import read_class_list
from samspill_identity.domain.errors import (
    RosterEncodingUnknown,
    RosterFileBroken,
    RosterFileEmpty,
    RosterFileKindUnknown,
)
from samspill_identity.sheets.reading import SheetReader
from samspill_kit.errors import DomainError

SHEETS = SheetReader()
TEXT = "Navn;Klasse\r\nÅse Ås;1A\r\n"


def workbook(*rows: tuple[object, ...], first_row: int = 0) -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = book.add_worksheet("Elever")
    book.add_worksheet("Noe annet")
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    for number, row in enumerate(rows, first_row):
        for place, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(number, place, cell, day)
            else:
                sheet.write(number, place, cell)
    book.close()
    return content.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_every_usual_way_of_saving_is_read(encoding: str, separator: str) -> None:
    content = TEXT.replace(";", separator).encode(encoding)
    found = read_class_list(SHEETS.read(content, "Liste.CSV"))
    assert found.pupils[0].card.name == "Åse Ås"


def test_a_quoted_comma_belongs_to_the_name() -> None:
    found = read_class_list(SHEETS.read(b'Navn,Klasse\n"Li, Ola",1A\n', "a.csv"))
    assert found.pupils[0].card.name == "Li, Ola"


@pytest.mark.parametrize("cell", ["=1+1", "+47 22", "@cmd", "-5", " =A1"])
def test_cells_that_a_spreadsheet_would_compute_are_marked(cell: str) -> None:
    rows = SHEETS.read(f"Navn;Klasse;Annet\nÅse;1A;{cell}\n".encode(), "a.csv")
    assert rows[1].formulas == {2}


def test_a_lone_dash_means_nothing_given() -> None:
    rows = SHEETS.read("Navn;Kjønn;Klasse\nÅse;-;1A\n".encode(), "a.csv")
    assert rows[1].formulas == frozenset()


def test_a_workbook_is_read_from_its_first_sheet() -> None:
    content = workbook(("Navn", "Klasse"), ("Åse Ås", "1A"), ("Ola Li", 7), first_row=2)
    found = read_class_list(SHEETS.read(content, "liste.xlsx"))
    assert [(one.row, one.group_name) for one in found.pupils] == [(4, "1A"), (5, "7")]


def test_a_formula_of_a_workbook_is_marked_at_its_cell() -> None:
    content = workbook(("Navn", "Klasse"), ("Åse Ås", '="1"&"A"'))
    found = read_class_list(SHEETS.read(content, "liste.xlsx"))
    assert [(bad.row, bad.code, bad.column) for bad in found.bad_rows] == [
        (2, "roster_formula_cell", "Klasse")
    ]


@pytest.mark.parametrize(
    "cells",
    [(17912099997,), ("17912099997",), (179120, 99997), ("179120", "99997")],
)
def test_a_national_identity_number_in_a_workbook_is_found(cells: tuple[object, ...]) -> None:
    content = workbook(("Navn", "Klasse", "Nr", "Mer"), ("Åse Ås", "1A", *cells))
    found = read_class_list(SHEETS.read(content, "liste.xlsx"))
    assert [bad.code for bad in found.bad_rows] == ["national_identity_number"]


@pytest.mark.parametrize(
    ("content", "name", "refusal"),
    [
        (b"", "a.csv", RosterFileEmpty),
        (b"  \n ", "a.csv", RosterFileEmpty),
        (TEXT.encode("utf-16"), "a.csv", RosterEncodingUnknown),
        (TEXT.encode("cp850"), "a.csv", RosterEncodingUnknown),
        (TEXT.encode("mac_roman"), "a.csv", RosterEncodingUnknown),
        (b"\xd0\xcf\x11\xe0 rest", "a.xls", RosterFileKindUnknown),
        (b"\xd0\xcf\x11\xe0 rest", "a.xlsx", RosterFileKindUnknown),
        (TEXT.encode(), "a.xls", RosterFileKindUnknown),
        (b"%PDF-1.7", "a.pdf", RosterFileKindUnknown),
        (b"no zip", "a.xlsx", RosterFileBroken),
        (b"PK\x03\x04 no zip", "a.xlsx", RosterFileBroken),
    ],
)
def test_what_is_no_class_list_is_told_apart(
    content: bytes, name: str, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        SHEETS.read(content, name)


def test_an_archive_that_unpacks_without_end_is_not_unpacked() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (65 * 1024 * 1024))
    with pytest.raises(RosterFileBroken):
        SHEETS.read(packed.getvalue(), "a.xlsx")


def test_xml_that_declares_entities_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(
            "xl/workbook.xml", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>'
        )
    with pytest.raises(RosterFileBroken):
        SHEETS.read(packed.getvalue(), "a.xlsx")

"""What of a class list becomes pupils, and what is said about the rest (SPEC I5, I6)."""

import pytest

from samspill_identity.domain.class_list import MOST_PUPILS, Row, read_class_list
from samspill_identity.domain.errors import (
    RosterColumnMissing,
    RosterFileEmpty,
    RosterTooLarge,
)
from samspill_identity.domain.roster import ClassList, Gender

# Synthetic: 80 on the month; both control digits hold.
SYNTHETIC = "17912099997"


def rows(*written: str) -> list[Row]:
    return [Row(number, tuple(line.split(";"))) for number, line in enumerate(written, 1)]


def read(*written: str) -> ClassList:
    return read_class_list(rows(*written))


def codes(found: ClassList) -> list[tuple[int, str]]:
    return [(bad.row, bad.code) for bad in found.bad_rows]


@pytest.mark.parametrize(
    "heading",
    ["Navn;Kjønn;Klasse", "NAMN:;kjønn;gruppe", "Full name;Gender;Class", "elev;kjonn;trinn"],
)
def test_headings_in_three_languages(heading: str) -> None:
    found = read(heading, "Åse Ås;jente;1A", "Ola Li;G;1A", "Kim Ek;;1B")
    assert [one.card.gender for one in found.pupils] == [Gender.GIRL, Gender.BOY, None]
    assert [one.group_name for one in found.pupils] == ["1A", "1A", "1B"]
    assert found.bad_rows == ()


def test_first_and_last_name_make_one_name() -> None:
    found = read("Etternavn;Fornavn;Klasse", "Ås;Åse  Marie;1A")
    assert found.pupils[0].card.name == "Åse Marie Ås"


def test_unknown_columns_are_dropped_and_named() -> None:
    found = read("Navn;Adresse;Klasse;Telefon", "Åse Ås;Veien 1;1A;22 33 44 55")
    assert found.dropped_columns == ("Adresse", "Telefon")
    assert "Veien" not in repr(found.pupils)


def test_bad_rows_are_told_by_number_without_their_content() -> None:
    found = read(
        "Navn;Kjønn;Klasse",
        ";jente;1A",
        "Åse Ås;katt;1A",
        "Ola Li;gutt;",
        "Kim Ek;;1A",
        "kim  ek;;1 a",
        f"{'x' * 121};;1A",
        "a\u0007b;;1A",
    )
    assert codes(found) == [
        (2, "roster_name_missing"),
        (3, "roster_gender_unknown"),
        (4, "roster_group_missing"),
        (6, "roster_pupil_repeated"),
        (7, "roster_name_too_long"),
        (8, "roster_name_unreadable"),
    ]
    assert "katt" not in repr(found.bad_rows)


def test_formula_cells_are_refused_by_column() -> None:
    made = [*rows("Navn;Klasse"), Row(2, ("=A1", "1A"), frozenset({0}))]
    found = read_class_list(made)
    assert [(bad.code, bad.column) for bad in found.bad_rows] == [("roster_formula_cell", "Navn")]


@pytest.mark.parametrize(
    "row",
    [
        f"Åse Ås;1A;{SYNTHETIC}",
        f"Åse {SYNTHETIC};1A;",
        f"Åse Ås;1A;{SYNTHETIC[:6]} {SYNTHETIC[6:]}",
        f"Åse Ås;1A;{SYNTHETIC[:6]};{SYNTHETIC[6:]}",
        f"Åse Ås;{SYNTHETIC[:6]};1A;{SYNTHETIC[6:]}",
        f"Åse Ås;1A;{SYNTHETIC[:2]}.{SYNTHETIC[2:4]}.{SYNTHETIC[4:6]};{SYNTHETIC[6:]}",
        f"Åse Ås;1A;{SYNTHETIC[:6]}-{SYNTHETIC[6:]}",
        "Åse Ås;1A;" + "".join(chr(ord(digit) + 0xFEE0) for digit in SYNTHETIC),
    ],
)
def test_a_national_identity_number_makes_its_row_bad_wherever_it_stands(row: str) -> None:
    found = read("Navn;Klasse;Nummer;Mer", row)
    assert codes(found) == [(2, "national_identity_number")]
    assert SYNTHETIC[6:] not in repr(found)


def test_a_number_in_the_heading_stops_the_import() -> None:
    found = read(f"Navn;Klasse;{SYNTHETIC}", "Åse Ås;1A;")
    assert codes(found) == [(1, "national_identity_number")]
    assert found.dropped_columns == ()


def test_phone_numbers_and_dates_are_no_national_identity_numbers() -> None:
    found = read("Navn;Klasse;Telefon;Født", "Åse Ås;1A;22334455;01.02.2015")
    assert found.bad_rows == ()


def test_what_is_missing_is_told() -> None:
    with pytest.raises(RosterFileEmpty):
        read("Navn;Klasse")
    with pytest.raises(RosterFileEmpty):
        read("Navn;Klasse", ";", "  ;")
    for heading, column in (("Klasse;Adresse", "name"), ("Navn;Adresse", "group")):
        with pytest.raises(RosterColumnMissing) as missing:
            read(heading, "a;b")
        assert missing.value.details == {"column": column}


def test_five_thousand_rows_are_too_many() -> None:
    many = ["Navn;Klasse", *(f"Elev {number};1A" for number in range(5000))]
    with pytest.raises(RosterTooLarge) as refused:
        read(*many)
    assert refused.value.details == {"most": str(MOST_PUPILS), "found": "5000"}


def test_empty_rows_between_do_not_shift_the_numbers() -> None:
    found = read("", "Navn;Klasse", ";", "Åse Ås;1A", ";1A")
    assert found.pupils[0].row == 4
    assert codes(found) == [(5, "roster_name_missing")]

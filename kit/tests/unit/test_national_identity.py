"""National identity numbers are found however they are written (SPEC I6); all are made up."""

import pytest
from stdnum.no.fodselsnummer import calc_check_digit1, calc_check_digit2

from samspill_kit.national_identity import carries_national_identity_number


def made_up(date: str) -> str:
    """The first serial from 450 whose control digits exist: a remainder of ten is never issued."""
    for serial in range(450, 500):
        nine = f"{date}{serial}"
        ten = nine + calc_check_digit1(nine)
        number = ten + calc_check_digit2(ten)
        if len(number) == 11:
            return number
    raise AssertionError("no serial fits")


BIRTH = made_up("010203")

KINDS = {
    "birth": BIRTH,
    "d": made_up("410203"),
    "h": made_up("014203"),
    "synthetic 65": made_up("016703"),
    "synthetic 80": made_up("018203"),
    "synthetic d": made_up("418203"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_number_is_found(kind: str) -> None:
    assert carries_national_identity_number(KINDS[kind])


def test_a_number_of_the_rule_of_2032_is_found_by_its_second_control_digit() -> None:
    nine = BIRTH[:9]
    other = str((int(BIRTH[9]) + 1) % 10)
    candidate = nine + other
    assert carries_national_identity_number(candidate + calc_check_digit2(candidate))


@pytest.mark.parametrize(
    "written",
    [
        f"{BIRTH[:6]} {BIRTH[6:]}",
        f"{BIRTH[:6]}-{BIRTH[6:]}",
        f"{BIRTH[:2]}.{BIRTH[2:4]}.{BIRTH[4:6]} {BIRTH[6:]}",
        " ".join(BIRTH),
        f"{BIRTH[:6]}\u00a0\u2013 {BIRTH[6:]}",
        f"{BIRTH[:6]}\n{BIRTH[6:]}",
        "".join(chr(ord(digit) - ord("0") + ord("\uff10")) for digit in BIRTH),
        "".join(chr(ord(digit) - ord("0") + ord("\u0660")) for digit in BIRTH),
        f"mitt nummer er{BIRTH}takk",
        f"7 {BIRTH}",
        f"1{BIRTH}9",
    ],
)
def test_a_number_is_found_however_it_is_written(written: str) -> None:
    assert carries_national_identity_number(written)


@pytest.mark.parametrize(
    "harmless",
    [
        "",
        "Vi var 12 i friminuttet, og 3 ble med.",
        "Ring 22 33 44 55",
        BIRTH[:10],
        BIRTH[:10] + str((int(BIRTH[10]) + 1) % 10),
        "00" + BIRTH[2:],
        f"{BIRTH[:6]} og {BIRTH[6:]}",
    ],
)
def test_other_figures_pass(harmless: str) -> None:
    assert not carries_national_identity_number(harmless)

"""Access codes: what is told apart before anything is looked up (SPEC I7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samspill_identity.domain.codes import (
    ALPHABET,
    LENGTH,
    MadeCode,
    check_character,
    new_code,
    normalised,
)
from samspill_identity.domain.errors import CodeMistyped
from samspill_kit.ids import ParticipantId, RandomIds

TEN = st.text(alphabet=ALPHABET, min_size=10, max_size=10)


def test_the_check_character_of_a_known_code() -> None:
    # 1·0 + 3·1 + 5·2 + … + 19·9 = 615 = 19·31 + 26
    assert check_character("0123456789") == ALPHABET[26] == "T"


@given(TEN, st.integers(0, 9), st.sampled_from(ALPHABET))
def test_a_wrong_character_is_found(ten: str, place: int, other: str) -> None:
    code = ten + check_character(ten)
    wrong = code[:place] + other + code[place + 1 :]
    if {ten[place], other} <= {"0", "Z"} or wrong == code:
        assert normalised(wrong) == wrong
    else:
        with pytest.raises(CodeMistyped):
            normalised(wrong)


@given(TEN, st.integers(0, 8))
def test_a_swap_of_neighbours_is_found(ten: str, place: int) -> None:
    swapped = ten[:place] + ten[place + 1] + ten[place] + ten[place + 2 :]
    if {ten[place], ten[place + 1]} in ({"0", "Z"}, {ten[place]}):
        return
    with pytest.raises(CodeMistyped):
        normalised(swapped + check_character(ten))


def test_every_way_of_typing_is_understood() -> None:
    code = "01" * 5 + check_character("01" * 5)
    shown = f"{code[:4]}-{code[4:8]}-{code[8:]}"
    for typed in (
        code,
        shown,
        shown.lower(),
        f" {shown} ",
        code.replace("0", "o").replace("1", "L"),
    ):
        assert normalised(typed) == code


@pytest.mark.parametrize("typed", ["", "A", "ABCDEFGHJK", "U" * LENGTH, "é" * LENGTH, "0" * 40])
def test_what_is_no_code_is_a_typing_error(typed: str) -> None:
    with pytest.raises(CodeMistyped) as refused:
        normalised(typed)
    assert not refused.value.details


def test_new_codes_fit_and_differ() -> None:
    codes = {new_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(normalised(code) == code for code in codes)


def test_a_made_code_does_not_show_itself() -> None:
    made = MadeCode(RandomIds().new(ParticipantId), new_code())
    assert made.text not in repr(made)

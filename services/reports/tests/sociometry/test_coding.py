"""The coding rules of SOCIOMETRY 0."""

from __future__ import annotations

import pytest

from samspill_reports.sociometry import LeftOut, RosterRepeats, Sociogram, Voice, participation
from services.reports.tests.sociometry.classes import question


def test_self_choices_repeats_and_strangers_are_set_aside_and_counted() -> None:
    relation = question("abc", "ab ab ba cc ax xa")
    assert relation.choices == {("a", "b"), ("b", "a")}
    assert relation.left_out == LeftOut(self_choices=1, repeats=1, off_roster=2)


def test_a_silent_pupil_is_unknown_and_not_a_row_of_zeros() -> None:
    silent = question("abc", "ab ba", silent="c")
    named_nobody = question("abc", "ab ba")
    assert silent.possible.tolist() == [1, 1, 2]
    assert named_nobody.possible.tolist() == [2, 2, 2]
    assert silent != named_nobody


def test_a_choice_filed_under_a_silent_pupil_is_left_out_and_counted() -> None:
    relation = question("abc", "ab ca", silent="c")
    assert relation.choices == {("a", "b")}
    assert relation.left_out.without_answer == 1


def test_choices_of_silent_pupils_are_kept() -> None:
    assert question("abc", "ac bc", silent="c").received.tolist() == [0, 0, 2]


def test_order_of_input_does_not_matter() -> None:
    one = Sociogram.of(["b", "a", "c"], {"q": [("b", "a"), ("a", "c")]})
    other = Sociogram.of(["c", "b", "a"], {"q": [("a", "c"), ("b", "a"), ("a", "c")]})
    assert one["q"].roster == other["q"].roster == ("a", "b", "c")
    assert one["q"].choices == other["q"].choices


def test_a_pupil_listed_twice_is_refused() -> None:
    with pytest.raises(RosterRepeats):
        Sociogram.of(["a", "a"], {})


def test_who_answered_may_differ_by_question() -> None:
    sociogram = Sociogram.of(
        "ab", {"work": [("a", "b")], "play": []}, respondents={"work": ["a"], "play": ["a", "b"]}
    )
    assert sociogram["work"].respondents == {"a"}
    assert sociogram["play"].respondents == {"a", "b"}
    assert sociogram.union().choices == {("a", "b")}


@pytest.mark.parametrize(
    ("roster", "answered", "voice"),
    [
        (9, 9, Voice.NOTHING),
        (10, 7, Voice.NOTHING),
        (10, 8, Voice.FULL),
        (25, 20, Voice.FULL),
        (25, 19, Voice.CERTAIN_ONLY),
        (25, 15, Voice.CERTAIN_ONLY),
        (25, 14, Voice.CLASS_ONLY),
        (0, 0, Voice.NOTHING),
    ],
)
def test_what_may_be_said_follows_from_who_answered(
    roster: int, answered: int, voice: Voice
) -> None:
    ids = [f"{i:02}" for i in range(roster)]
    relation = Sociogram.of(ids, {"q": []}, respondents=ids[:answered])["q"]
    assert participation(relation).voice is voice

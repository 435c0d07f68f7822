"""Names, or "elev n" everywhere at once, also inside free text (SPEC G6)."""

import unicodedata

import pytest

from samspill_reports.domain.material import Participant
from samspill_reports.domain.naming import labels, short_names, without_names

WORD = "elev {number}"


def people(*names: str) -> list[Participant]:
    return [
        Participant(f"id-{number}", number, "unknown", name)
        for number, name in enumerate(names, start=1)
    ]


CLASS = people("Emma Berg", "Ola Hansen", "Ola Nilsen", "Åse Li", "Anne-Lise Dahl", "Jens Os")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Emma er snill.", "elev 1 er snill."),
        ("Emmas bror og EMMA", "elev 1s bror og elev 1"),
        ("emma berg, Berg", "elev 1, elev 1"),
        ("Jens' sykkel og Jens sin", "elev 6' sykkel og elev 6 sin"),
        ("ÅSE og åses hund", "elev 4 og elev 4s hund"),
        ("Anne-Lise, Anne og Lise", "elev 5, elev 5 og elev 5"),
        ("Ola Nilsen slår, Hansen ikke", "elev 3 slår, elev 2 ikke"),
        ("(Emma)", "(elev 1)"),
    ],
)
def test_a_name_inside_free_text_becomes_the_number(said: str, shown: str) -> None:
    assert without_names(said, CLASS, pupil_word=WORD) == shown


def test_a_name_that_two_share_is_said_of_neither_alone() -> None:
    assert without_names("Ola er grei", CLASS, pupil_word=WORD) == "elev 2/3 er grei"


@pytest.mark.parametrize("said", ["Emmanuel", "holasje", "Bergen", "lisensen", ""])
def test_a_word_that_only_holds_a_name_is_left(said: str) -> None:
    assert without_names(said, CLASS, pupil_word=WORD) == said


def test_letters_written_as_letter_and_mark_are_the_same_letters() -> None:
    said = unicodedata.normalize("NFD", "Åse")
    assert said != "Åse"
    assert without_names(said, CLASS, pupil_word=WORD) == "elev 4"


def test_what_has_become_a_label_is_not_searched_again() -> None:
    named_elev = people("Emma Berg", "Elev Li")
    assert without_names("Emma og Elev", named_elev, pupil_word=WORD) == "elev 1 og elev 2"


def test_signs_of_patterns_in_a_name_mean_themselves() -> None:
    assert without_names("A.B og AxB", people("A.B Li"), pupil_word=WORD) == "elev 1 og AxB"


def test_an_empty_class_changes_nothing() -> None:
    assert without_names("Emma", [], pupil_word=WORD) == "Emma"


def test_namesakes_are_told_apart_by_as_much_as_is_needed() -> None:
    names = {"a": "Ola Hansen", "b": "Ola Nilsen", "c": "Emma Berg", "d": "Emma Bø", "e": "Per Li"}
    assert short_names(names) == {
        "a": "Ola H.",
        "b": "Ola N.",
        "c": "Emma Be.",
        "d": "Emma Bø",
        "e": "Per",
    }


def test_two_with_the_very_same_name_keep_it_whole() -> None:
    assert short_names({"a": "Ola Li", "b": "Ola Li"}) == {"a": "Ola Li", "b": "Ola Li"}


def test_labels_are_names_or_numbers_never_both() -> None:
    numbers = labels(CLASS, pupil_word=WORD, anonymised=True)
    assert sorted(numbers.values()) == [f"elev {n}" for n in range(1, 7)]
    assert labels(CLASS, pupil_word=WORD, anonymised=False)["id-1"] == "Emma"

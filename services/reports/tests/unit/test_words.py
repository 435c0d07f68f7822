"""Catalogues are complete, and sentences break where sentences end (SPEC G5)."""

import ast
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import samspill_reports
from samspill_reports.usecases.sentences import split_first
from samspill_reports.words import LOCALE_FOLDER, CatalogueWords

PACKAGE = Path(samspill_reports.__file__).parent
LANGUAGES = ("nb", "nn", "en")


def messages() -> set[str]:
    """First arguments of `words.text(…)`, as they stand in the source."""
    found: set[str] = set()
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "words.text":
                first = node.args[0]
                assert isinstance(first, ast.Constant), f"{path.name}: a message is a literal"
                found.add(str(first.value))
    return found


def catalogue(language: str) -> dict[str, str]:
    path = LOCALE_FOLDER / language / "LC_MESSAGES" / "reports.po"
    with path.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale=language) if m.id}


def missing(said: set[str], known: dict[str, str]) -> set[str]:
    return {each for each in said if not known.get(each)}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_in_the_catalogue_and_nothing_else_is(language: str) -> None:
    known = catalogue(language)
    assert missing(messages(), known) == set()
    assert set(known) == messages()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_values_of_its_message(language: str) -> None:
    wrong = {m for m, said in catalogue(language).items() if fields(m) != fields(said)}
    assert wrong == set()


def test_bokmal_says_what_the_source_says() -> None:
    assert all(message == said for message, said in catalogue("nb").items())


def test_a_message_without_a_translation_is_found() -> None:
    """The control."""
    assert missing({"Elev", "Noe nytt"}, catalogue("nn")) == {"Noe nytt"}


def test_values_are_put_in_and_decimals_follow_the_language() -> None:
    assert CatalogueWords("en").text("elev {number}", number=7) == "pupil 7"
    assert CatalogueWords("nb").decimal(0.1234) == "0,123"
    assert CatalogueWords("en").decimal(0.1234) == "0.123"
    assert CatalogueWords("nn").decimal(None) == "–"


@pytest.mark.parametrize(
    ("text", "first", "rest"),
    [
        ("Tre svarte. Ingen flere.", "Tre svarte.", "Ingen flere."),
        ("Rundt 2.5 var ventet. Mer.", "Rundt 2.5 var ventet.", "Mer."),
        ("Bare én setning.", "Bare én setning.", ""),
        ("De henger sammen: Hver valgte.", "De henger sammen.", "Hver valgte."),
        ("Ola H. ble valgt av 2.", "Ola H. ble valgt av 2.", ""),
        ("", "", ""),
    ],
)
def test_the_first_sentence_ends_where_a_sentence_ends(text: str, first: str, rest: str) -> None:
    assert split_first(text) == (first, rest)

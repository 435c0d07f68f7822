"""Every sentence of the gateway is said in Bokmål, Nynorsk and English (SPEC S1, DESIGN 3)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from samspill_gateway.language import LANGUAGES, LOCALE_FOLDER
from services.gateway.tests.unit.message_sources import page_messages, template_messages

ROOT = Path(__file__).parents[4]
THEMES = ROOT / "services/surveys/src/samspill_surveys/catalogue/questions"
ACCESS_CONTRACT = ROOT / "proto/samspill/identity/v1/access.proto"

KEYED = re.compile(r"^(?:error|theme|purpose)\.[a-z0-9_]+$")
LISTED_CODE = re.compile(r"^\| `([a-z0-9_]+)` \|", re.MULTILINE)
CODE_IN_SOURCE = re.compile(r"""^    code(?:: [\w\[\]]+)? = "([a-z0-9_]+)\"""", re.MULTILINE)
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")
LONE_PERCENT = re.compile(r"%(?!%|\(\w+\)s)")
# DESIGN.md, part 3: words that no page says, in either form of Norwegian.
FORBIDDEN = re.compile(
    r"\b(?:anonym|isolert|avvist|upopulær|risiko|score|test|poeng)", re.IGNORECASE
)
# Words that Bokmål and Nynorsk never share: whoever forgets to translate leaves one behind.
BOKMAAL = re.compile(
    r"\b(?:ikke|jeg|hvem|hva|hvor\w*|fra|noen|noe|mer|bare|dem|nå|selv|gjøre|være|uke|dager"
    r"|skole\w*|elever|navn\w*|spørsmålene|svarene|undersøkelse\w*|åpne\w*|velg\w*|slettet|lukket)\b",
    re.IGNORECASE,
)

Catalogue = Mapping[str, tuple[str, ...]]


def catalogue(language: str) -> Catalogue:
    """Return the texts of each message; a plural has two."""
    with (LOCALE_FOLDER / language / "LC_MESSAGES/gateway.po").open("rb") as file:
        read = read_po(file, locale=language)
    return {_key(each.id): _texts(each.string) for each in read if each.id}


def _key(message: str | tuple[str, ...] | list[str]) -> str:
    return message if isinstance(message, str) else message[0]


def _texts(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str) or text is None else tuple(text)


CATALOGUES = {language: catalogue(language) for language in LANGUAGES}


def sentences() -> dict[str, int]:
    """Return each message of the sources with how many forms it needs."""
    said = {_key(each): 1 if isinstance(each, str) else 2 for each in template_messages()}
    return said | dict.fromkeys(page_messages(), 1)


def codes() -> set[str]:
    """Return the codes of docs/errors.md and of the classes, which another test compares."""
    found = set(LISTED_CODE.findall((ROOT / "docs/errors.md").read_text(encoding="utf-8")))
    for source in (ROOT / "kit/src", *ROOT.glob("services/*/src")):
        for path in source.rglob("*.py"):
            found.update(CODE_IN_SOURCE.findall(path.read_text(encoding="utf-8")))
    return found


def themes() -> set[str]:
    return {path.stem for path in THEMES.glob("*.toml")}


def purposes() -> set[str]:
    contract = ACCESS_CONTRACT.read_text(encoding="utf-8")
    (listed,) = re.findall(r"string purpose = .*?in: \[(.*?)\]", contract)
    return set(re.findall(r'"(\w+)"', listed))


def unsaid(wanted: Mapping[str, int], said: Catalogue) -> set[str]:
    """Return the messages that lack a text, or one of their forms."""
    return {
        message
        for message, forms in wanted.items()
        if len(texts := said.get(message, ())) < forms or not all(text.strip() for text in texts)
    }


def placeholders(texts: Iterable[str]) -> set[str]:
    return {found for text in texts for found in PLACEHOLDER.findall(text)}


def wrong_placeholders(said: Catalogue, original: Catalogue) -> set[str]:
    """Return the messages whose text names other values than the original's."""
    return {
        message
        for message, texts in said.items()
        if placeholders(texts) != placeholders(original.get(message, ()))
    }


def forbidden(said: Catalogue) -> set[str]:
    return {text for texts in said.values() for text in texts if FORBIDDEN.search(text)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_the_sources_is_said(language: str) -> None:
    assert unsaid(sentences(), CATALOGUES[language]) == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("prefix", "names"),
    [("error", codes()), ("theme", themes()), ("purpose", purposes())],
    ids=["error", "theme", "purpose"],
)
def test_every_key_is_said(language: str, prefix: str, names: set[str]) -> None:
    assert names
    wanted = {f"{prefix}.{name}": 1 for name in names}
    assert unsaid(wanted, CATALOGUES[language]) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_names_the_values_of_its_message(language: str) -> None:
    assert wrong_placeholders(CATALOGUES[language], CATALOGUES["nb"]) == set()


def test_bokmaal_says_its_messages_as_they_stand() -> None:
    said = {
        message: texts[0] for message, texts in CATALOGUES["nb"].items() if not KEYED.match(message)
    }
    assert all(message == text for message, text in said.items())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_has_no_lone_percent_sign(language: str) -> None:
    texts = [text for texts in CATALOGUES[language].values() for text in texts]
    assert [text for text in texts if LONE_PERCENT.search(text)] == []


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_no_text_uses_a_word_that_labels_a_child(language: str) -> None:
    assert forbidden(CATALOGUES[language]) == set()


def test_nynorsk_is_nynorsk() -> None:
    texts = [text for texts in CATALOGUES["nn"].values() for text in texts]
    assert [text for text in texts if BOKMAAL.search(text)] == []


def test_a_removed_translation_is_found() -> None:
    whole = CATALOGUES["nn"]
    wanted = dict.fromkeys(whole, 1)
    gone = "error.code_mistyped"
    assert unsaid(wanted, whole) == set()
    assert unsaid(wanted, {key: whole[key] for key in whole if key != gone}) == {gone}
    assert unsaid(wanted, {**whole, gone: ("",)}) == {gone}


def test_a_plural_with_one_form_is_found() -> None:
    assert unsaid({"Én": 2}, {"Én": ("One",)}) == {"Én"}


def test_a_changed_placeholder_is_found() -> None:
    said = {"Hei, %(name)s": ("Hello, %(navn)s",)}
    assert wrong_placeholders(said, {"Hei, %(name)s": ("Hei, %(name)s",)}) == set(said)


def test_a_forbidden_word_is_found() -> None:
    assert forbidden({"x": ("Svarene er anonyme.",)})
    assert not forbidden({"x": ("Det største antallet navn.",)})


def test_bokmaal_among_nynorsk_is_found() -> None:
    assert BOKMAAL.search("Velg en annen fil")
    assert not BOKMAAL.search("Vel ei anna fil")

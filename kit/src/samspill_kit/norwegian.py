"""Norwegian alphabetical order, which no collation of the database gives us."""

import unicodedata
from typing import Final

_LAST_LETTERS: Final = {"æ": "{a", "ä": "{a", "ø": "{b", "ö": "{b", "å": "{c"}
"""A brace sorts after z; the second character keeps the three in order."""

_LETTERS_WITHOUT_PARTS: Final = {
    "ü": "y",
    "đ": "d",
    "ð": "d",
    "ŋ": "n",
    "ŧ": "t",
    "ł": "l",
    "ß": "ss",
    "þ": "th",
}
"""Ü is sorted as y in Norwegian; the others do not decompose into a letter and a mark."""

SortKey = tuple[str, str]


def sort_key(text: str) -> SortKey:
    """A key that sorts names as a Norwegian class list does: letter by letter, case and accents
    last.

    `aa` counts as å, as in Norwegian encyclopaedias and in CLDR's `nb` collation. Equal letters
    are told apart by the text itself, so that the order is the same each time.
    """
    plain = unicodedata.normalize("NFC", text).casefold().replace("aa", "å")
    return "".join(_sorted_as(character) for character in plain), text


def _sorted_as(character: str) -> str:
    if character in _LAST_LETTERS:
        return _LAST_LETTERS[character]
    if character in _LETTERS_WITHOUT_PARTS:
        return _LETTERS_WITHOUT_PARTS[character]
    base = unicodedata.normalize("NFD", character)[0]
    return " " if base in "-'’" else base

"""Sentences of the pupil's pages that depend on how many there are."""

from __future__ import annotations

from typing import Any, Final

from babel.lists import format_list

from samspill_gateway.language import Words

USUAL_MINUTES: Final = {1: "5–10", 2: "10–15", 3: "10–20"}
"""Usual time per grade band for its ready set, in minutes."""


def readers_in_words(form: Any, words: Words) -> str:
    """Say exactly which adults can read the answers, by name and role (SPEC P5, I2)."""
    readers = [_reader(each, words) for each in form.readers]
    if not readers:
        return words("De andre elevene kan ikke lese dem.")
    return words(
        "%(readers)s kan lese dem. De andre elevene kan ikke.",
        readers=format_list(readers, locale=words.language),
    )


def groups_in_words(form: Any, words: Words) -> str:
    return format_list(list(form.group_names), locale=words.language)


def minutes_in_words(band: int, questions: int) -> str:
    """Say how long it usually takes; a short survey of own making takes less."""
    if questions <= 5:
        return "1–5"
    return USUAL_MINUTES.get(band, "10–15")


def _reader(reader: Any, words: Words) -> str:
    if reader.role == "leader":
        return words("%(name)s (rektor eller leder)", name=reader.display_name)
    return words("%(name)s (lærer)", name=reader.display_name)

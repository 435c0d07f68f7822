"""Finds label values that could tell who somebody is (SPEC P2)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final

Series = Mapping[str, str]

LONGEST: Final = 120
"""Characters; the longest route or method has fewer, and free text more."""

_SUSPICIOUS: Final = {
    "an id": re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.I),
    # Organisation numbers have nine digits, identity numbers eleven.
    "a number": re.compile(r"\d(?:[ .-]?\d){7,}"),
    "an e-mail address": re.compile(r"\S@\S"),
    "an address": re.compile(r"://|/[^/{}]*\d[^/{}]*(?=/|$)"),
    # Crockford's letters, as codes are made; one of 40 has no digit and looks like a word.
    "an access code": re.compile(r"\b(?=\w*\d)(?:[0-9A-HJKMNP-TV-Z]-?){11}\b"),
}


SCRAPERS_OWN: Final = ("__name__", "job", "instance")
"""Labels that Prometheus adds."""


def findings(series: Collection[Series], names: Collection[str]) -> list[str]:
    """Return what is wrong with each suspicious label; a name is found wherever it stands whole."""
    named = re.compile(rf"\b({'|'.join(map(re.escape, names))})\b", re.IGNORECASE)
    return [
        f"{one['__name__']}: {label} holds {what}: {value}"
        for one in series
        for label, value in one.items()
        if label not in SCRAPERS_OWN
        for what in _told_by(value, named)
    ]


def _told_by(value: str, named: re.Pattern[str]) -> Iterator[str]:
    patterns = _SUSPICIOUS | {"a name": named}
    yield from (what for what, pattern in patterns.items() if pattern.search(value))
    if len(value) > LONGEST:
        yield "a text"

"""Names, or "elev 1, elev 2 …" everywhere at once, also inside free text (SPEC G6)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from .material import Participant

SHORTEST_NAME_PART = 2
"""Initials and particles of one letter would hide ordinary words."""


def labels(
    participants: Sequence[Participant], *, pupil_word: str, anonymised: bool
) -> dict[str, str]:
    """Return what a reader sees of each participant.

    `pupil_word` is the language's "elev {number}". Names that begin alike are told apart by what follows,
    so a first name alone is used where it is the only one.
    """
    if anonymised:
        return {each.participant_id: pupil_word.format(number=each.number) for each in participants}
    return short_names({each.participant_id: each.name for each in participants})


def short_names(names: Mapping[str, str]) -> dict[str, str]:
    """Return first names, with as many letters of the last name as tell namesakes apart."""
    shortened: dict[str, str] = {}
    for key, name in names.items():
        first, _, rest = name.partition(" ")
        rivals = [n for k, n in names.items() if k != key and n.partition(" ")[0] == first]
        shortened[key] = first if not rivals or not rest else _apart(first, rest, rivals)
    return shortened


def _apart(first: str, rest: str, rivals: Sequence[str]) -> str:
    last = rest.rpartition(" ")[2]
    for length in range(1, len(last) + 1):
        start = last[:length]
        if not any(rival.rpartition(" ")[2].startswith(start) for rival in rivals):
            return f"{first} {start}" + ("." if length < len(last) else "")
    return f"{first} {rest}"


def without_names(text: str, participants: Sequence[Participant], *, pupil_word: str) -> str:
    """Replace each participant's names in a free text by "elev n".

    Full names go first, then single name parts as whole words in any case, a genitive -s kept. A part that
    several participants share names them all, "elev 3/7". Nicknames and misspellings cannot be known;
    the page says so.
    """
    owners: dict[str, set[int]] = {}
    for each in participants:
        name = _folded(each.name)
        for part in {name, *name.split(), *re.split(r"[\s-]+", name)}:
            if len(part) >= SHORTEST_NAME_PART:
                owners.setdefault(part, set()).add(each.number)
    if not owners:
        return text
    longest_first = sorted(owners, key=lambda part: (-len(part), part))
    # One pass: what has become a label is never searched again.
    names = re.compile(rf"\b({'|'.join(map(re.escape, longest_first))})(?=s?\b)", re.IGNORECASE)

    def label(found: re.Match[str]) -> str:
        numbers = "/".join(str(number) for number in sorted(owners[_folded(found[1])]))
        return pupil_word.format(number=numbers)

    return names.sub(label, unicodedata.normalize("NFC", text))


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).lower()

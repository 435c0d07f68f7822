"""Sentences for findings, from catalogues keyed by the kind; nothing here is language."""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from samspill_reports.sociometry.findings import Finding
from samspill_reports.sociometry.roles import Certainty

LANGUAGES: Final = ("nb", "nn", "en")
PARTS: Final = ("says", "not", "next")
_LOCALE: Final = Path(__file__).resolve().parent.parent / "locale"
_SHARES: Final = frozenset({"share", "by_chance", "stability", "with_other"})


@dataclass(frozen=True, slots=True)
class Sentences:
    """A finding in words. `says` describes; `reservation` is empty when nothing is missing."""

    says: str
    reservation: str
    does_not_mean: str
    next_step: str


def describe(
    finding: Finding, language: str, names: Mapping[str, str], *, question: str | None = None
) -> Sentences:
    """Say a finding in nb, nn or en.

    `names` maps pupil ids to what the reader may see (a name, or "elev 4"); `question` is the
    question's text, by default the relation's name. Raises KeyError for an unknown language.
    """
    values = _values(finding, language, names, question)
    count = int(finding.numbers.get("groups", len(finding.pupils)))
    return Sentences(
        says=_text(f"{finding.kind}.says", language, count).format(**values),
        reservation=_reservation(finding, language, values),
        does_not_mean=_text(finding.does_not_mean, language, count).format(**values),
        next_step=_text(f"{finding.kind}.next", language, count).format(**values),
    )


def label(key: str, language: str, **values: object) -> str:
    """A fixed text of the catalogues, such as a heading of the command's summary."""
    return _text(key, language, 1).format(**values)


def _reservation(finding: Finding, language: str, values: Mapping[str, str]) -> str:
    if finding.uncertainty.certainty is not Certainty.PROBABLE:
        return ""
    missing = int(finding.numbers["roster"] - finding.numbers["answered"])
    if not missing:
        return ""
    return _text("missing_answers", language, missing).format(missing=missing, **values)


def _values(
    finding: Finding, language: str, names: Mapping[str, str], question: str | None
) -> dict[str, str]:
    def listed(pupils: tuple[str, ...]) -> str:
        return format_list([names[pupil] for pupil in pupils], locale=language)

    values = {
        key: format_percent(value, locale=language)
        if key in _SHARES
        else format_decimal(round(value, 1), locale=language)
        for key, value in finding.numbers.items()
    }
    return {
        **values,
        "names": listed(finding.pupils),
        "others": listed(finding.others),
        "question": question if question is not None else finding.question,
    }


def _text(key: str, language: str, count: int) -> str:
    catalogue, plural = _catalogue(language), f"{key}.plural"
    text = catalogue.ngettext(key, plural, count)
    return catalogue.gettext(key) if text in (key, plural) else text


@cache
def _catalogue(language: str) -> gettext.GNUTranslations:
    """Compile the committed .po in memory, so that no build step can be forgotten."""
    if language not in LANGUAGES:
        raise KeyError(language)
    with (_LOCALE / language / "LC_MESSAGES" / "findings.po").open("rb") as source:
        catalogue = read_po(source, locale=language, domain="findings")
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)

"""The report's sentences in three languages, from its catalogues (gettext; Bokmål first)."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations

LOCALE_FOLDER: Final = Path(__file__).parent / "locale"


class CatalogueWords:
    """Sentences of one language; a message without a translation is a bug that a test finds."""

    def __init__(self, locale: str) -> None:
        self.locale = locale
        self._catalogue = _catalogue(locale)

    def text(self, message: str, count: int | None = None, /, **values: object) -> str:
        if count is None:
            return str(self._catalogue.gettext(message)).format(**values)
        return str(self._catalogue.ngettext(message, message, count)).format(count=count, **values)

    def decimal(self, value: float | None) -> str:
        if value is None:
            return "–"
        return format_decimal(value, format="0.000", locale=self.locale)


@cache
def _catalogue(locale: str) -> Translations:
    path = LOCALE_FOLDER / locale / "LC_MESSAGES" / "reports.po"
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=locale))
    compiled.seek(0)
    return Translations(compiled, domain="reports")

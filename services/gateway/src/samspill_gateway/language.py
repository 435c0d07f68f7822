"""Which language a page is in, and its words (gettext; Bokmål first)."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from fastapi import Request

LANGUAGES: Final = ("nb", "nn", "en")
LANGUAGE_COOKIE: Final = "samspill-sprak"
LOCALE_FOLDER: Final = Path(__file__).parent / "locale"
OSLO: Final = ZoneInfo("Europe/Oslo")

# "fredag 14. november" and "kl. 15", as DESIGN.md writes them.
DAY_PATTERN: Final = {"nb": "EEEE d. MMMM", "nn": "EEEE d. MMMM", "en": "EEEE d MMMM"}
SHORT_DAY_PATTERN: Final = {"nb": "d. MMM", "nn": "d. MMM", "en": "d MMM"}
PLAIN_DAY_PATTERN: Final = {"nb": "d. MMMM", "nn": "d. MMMM", "en": "d MMMM"}
YEAR_PATTERN: Final = {"nb": "d. MMMM y", "nn": "d. MMMM y", "en": "d MMMM y"}


@cache
def words(language: str) -> Translations:
    """Return the catalogue of a language, compiled in memory from its .po file."""
    path = LOCALE_FOLDER / language / "LC_MESSAGES" / "gateway.po"
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled, domain="gateway")


class Words:
    """Sentences of one language; values go in by name."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalogue = words(language)

    def __call__(self, message: str, **values: object) -> str:
        text = str(self._catalogue.gettext(message))
        return text % values if values else text


def language_of(request: Request) -> str:
    """Return the language asked for now, else the remembered one, else what the browser prefers."""
    for wanted in (request.query_params.get("sprak"), request.cookies.get(LANGUAGE_COOKIE)):
        if wanted in LANGUAGES:
            return wanted
    return _preferred(request.headers.get("accept-language", ""))


def _preferred(header: str) -> str:
    for part in header.lower().split(","):
        tag = part.split(";")[0].strip()
        if tag.startswith("nn"):
            return "nn"
        if tag.startswith(("nb", "no")):
            return "nb"
        if tag.startswith("en"):
            return "en"
    return "nb"


def day(moment: date | datetime, language: str) -> str:
    """Write a day with its weekday: fredag 14. november."""
    return format_date(_local(moment), DAY_PATTERN[language], locale=language)


def short_day(moment: date | datetime, language: str) -> str:
    """Write a day without its weekday or year: 14. nov."""
    return format_date(_local(moment), SHORT_DAY_PATTERN[language], locale=language)


def plain_day(moment: date | datetime, language: str) -> str:
    """Write a day without its weekday or year, in full: 14. november."""
    return format_date(_local(moment), PLAIN_DAY_PATTERN[language], locale=language)


def day_with_year(moment: date | datetime, language: str) -> str:
    """Write a day for something that lasts: 30. juni 2027."""
    return format_date(_local(moment), YEAR_PATTERN[language], locale=language)


def clock_time(moment: datetime, language: str) -> str:
    """Write an hour in Norwegian time; whole hours without minutes: kl. 15, kl. 10.42."""
    local = moment.astimezone(OSLO)
    if language == "en":
        return format_time(local, "HH:mm", locale="en")
    return f"kl. {local.hour}" if local.minute == 0 else f"kl. {local.hour}.{local.minute:02d}"


def _local(moment: date | datetime) -> date:
    return moment.astimezone(OSLO).date() if isinstance(moment, datetime) else moment

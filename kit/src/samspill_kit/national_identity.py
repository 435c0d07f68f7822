"""Finds Norwegian national identity numbers in text, so that none is ever kept (SPEC I6)."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from stdnum.no.fodselsnummer import calc_check_digit2

_LENGTH: Final = 11
_BETWEEN: Final = r"[\s.,:;/_\-\u00ad\u200b-\u200f\u2010-\u2015\u2060\u2212\ufeff]{0,3}"
_RUN: Final = re.compile(rf"[0-9](?:{_BETWEEN}[0-9]){{{_LENGTH - 1},}}")
_GROUP: Final = re.compile(r"[0-9]+")
_DAY_OFFSETS: Final = (0, 40)
"""Birth numbers, and D-numbers with 40 on the day."""

_MONTH_OFFSETS: Final = (0, 40, 65, 80)
"""Birth numbers, H-numbers and synthetic ones with 40, 65 or 80 on the month."""


def carries_national_identity_number(text: str) -> bool:
    """Whether eleven digits somewhere in the text are a birth, D-, H- or synthetic number.

    Digits of any script count, also parted by spaces, dots, hyphens or slashes. The first control
    digit is not demanded: the second one alone holds before and after the rule of 2032.
    """
    plain = _with_plain_digits(text)
    return any(
        _is_plausible(candidate) for run in _RUN.findall(plain) for candidate in _candidates(run)
    )


def _with_plain_digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in text
    )


def _candidates(run: str) -> Iterator[str]:
    """Eleven digits that fill whole groups of the run, or that stand unbroken inside one group."""
    groups = _GROUP.findall(run)
    for first in range(len(groups)):
        joined = ""
        for group in groups[first:]:
            joined += group
            if len(joined) >= _LENGTH:
                break
        if len(joined) == _LENGTH:
            yield joined
    for group in groups:
        for start in range(len(group) - _LENGTH + 1):
            yield group[start : start + _LENGTH]


def _is_plausible(digits: str) -> bool:
    day, month = int(digits[:2]), int(digits[2:4])
    has_day = any(1 <= day - offset <= 31 for offset in _DAY_OFFSETS)
    has_month = any(1 <= month - offset <= 12 for offset in _MONTH_OFFSETS)
    return has_day and has_month and calc_check_digit2(digits[:10]) == digits[10]

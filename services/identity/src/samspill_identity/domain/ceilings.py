"""What a municipality lets its schools do; no survey goes beyond (SPEC section 1)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

LONGEST_KEEP_DAYS: Final = 4 * 365 + 1
"""SPEC T1: four years, whatever a municipality wants."""

BANDS: Final = ("1-4", "5-7", "8-10")
LANGUAGES: Final = ("nb", "nn", "en")


@dataclass(frozen=True, slots=True)
class Ceilings:
    """The defaults allow everything that the law does."""

    languages: tuple[str, ...] = LANGUAGES
    """Of the pupil pages; Bokmål is always among them."""

    longest_keep_days: int = LONGEST_KEEP_DAYS
    """From the making of a survey to its last possible day of deletion."""

    own_questions: bool = True
    free_text_bands: tuple[str, ...] = BANDS
    """Grade bands whose surveys may ask for free text."""

    def checked(self) -> "Ceilings":
        """The ceilings with Bokmål, in a fixed order, never above four years."""
        return Ceilings(
            languages=tuple(one for one in LANGUAGES if one == "nb" or one in self.languages),
            longest_keep_days=min(self.longest_keep_days, LONGEST_KEEP_DAYS),
            own_questions=self.own_questions,
            free_text_bands=tuple(band for band in BANDS if band in self.free_text_bands),
        )

    def last_day(self, *, made_on: date) -> date:
        """The latest day of deletion of a survey that was made on this day."""
        return made_on + timedelta(days=self.longest_keep_days)

"""What the municipality lets its schools do; identity keeps it (SPEC section 1)."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from samspill_surveys.domain.errors import FreeTextNotAllowed, KeptTooLong
from samspill_surveys.domain.lifetime import Lifetime
from samspill_surveys.domain.survey import Plan

BANDS: Final = ("1-4", "5-7", "8-10")


@dataclass(frozen=True, slots=True)
class Ceilings:
    """The defaults forbid nothing that the law allows."""

    languages: tuple[str, ...] = ()
    """Of the pupil pages, fixed at opening; empty for all of them."""

    longest_keep_days: int | None = None
    """From the making of a survey; None for the four years that bind everybody."""

    free_text_bands: tuple[str, ...] = BANDS
    """Grade bands whose surveys may ask for free text."""

    def shortened(self, lifetime: Lifetime, *, made_on: date) -> Lifetime:
        """A lifetime that nobody asked for, ended in time."""
        return replace(lifetime, delete_on=min(lifetime.delete_on, self._last_day(made_on)))

    def demand_within(self, plan: Plan, *, band: str, made_on: date) -> None:
        """Raises KeptTooLong, FreeTextNotAllowed."""
        last_day = self._last_day(made_on)
        if plan.lifetime.delete_on > last_day:
            raise KeptTooLong(last_day=last_day.isoformat())
        asks_for_text = any(question.entry.is_free_text for question in plan.questions)
        if asks_for_text and band not in self.free_text_bands:
            raise FreeTextNotAllowed(band=band)

    def _last_day(self, made_on: date) -> date:
        if self.longest_keep_days is None:
            return date.max
        return made_on + timedelta(days=self.longest_keep_days)

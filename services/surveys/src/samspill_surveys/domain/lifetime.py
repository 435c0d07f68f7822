"""How long a survey lives: day of deletion, ceiling, and when this service deletes alone."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Self

from samspill_surveys.domain.errors import DeleteOnPastCeiling

CEILING_YEARS: Final = 4
"""SPEC T1: no survey outlives its creation by more."""

GRACE: Final = timedelta(days=7)
"""Retention deletes on the day; a service acts alone this much later (SPEC T1)."""


def end_of_school_year(*, after: date) -> date:
    """The first 30 June that comes after the given day."""
    this_year = date(after.year, 6, 30)
    return this_year if after < this_year else date(after.year + 1, 6, 30)


def ceiling_of(created_on: date) -> date:
    """Four years after creation; 29 February becomes 28 February."""
    last_year = created_on.year + CEILING_YEARS
    try:
        return created_on.replace(year=last_year)
    except ValueError:  # Not every fourth year has a 29 February: 2100 has none.
        return created_on.replace(year=last_year, day=28)


@dataclass(frozen=True, slots=True)
class Lifetime:
    """When a survey dies (SPEC T1). Days are those of UTC."""

    delete_on: date
    ceiling_on: date

    @classmethod
    def planned(cls, *, created_on: date, delete_on: date | None, closes_on: date) -> Self:
        """The lifetime asked for, or until the end of the school year; never past the ceiling."""
        ceiling_on = ceiling_of(created_on)
        wanted = delete_on or end_of_school_year(after=closes_on)
        return cls(wanted if delete_on else min(wanted, ceiling_on), ceiling_on).checked()

    def moved_to(self, delete_on: date) -> "Lifetime":
        """The same ceiling with another day of deletion."""
        return Lifetime(delete_on, self.ceiling_on).checked()

    def checked(self) -> Self:
        """Itself, unless the day of deletion lies past the ceiling."""
        if self.delete_on > self.ceiling_on:
            raise DeleteOnPastCeiling(ceiling_on=self.ceiling_on.isoformat())
        return self

    def is_overdue(self, *, today: date) -> bool:
        """Whether this service must delete without having been asked (SPEC T1)."""
        return today >= min(self.delete_on + GRACE, self.ceiling_on)

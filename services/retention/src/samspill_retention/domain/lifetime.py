"""When a survey dies (SPEC T1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from samspill_kit.ids import SchoolId, StaffId, SurveyId

from .errors import DeleteOnPastCeiling

CEILING_YEARS = 4


def ceiling_after(created_on: date) -> date:
    """Return the last day a survey made on this day may exist; 29 February becomes 28."""
    try:
        return created_on.replace(year=created_on.year + CEILING_YEARS)
    except ValueError:
        return created_on.replace(year=created_on.year + CEILING_YEARS, day=28)


@dataclass(frozen=True, slots=True)
class Lifetime:
    """A survey's days: known from its registration, in whole days of the Norwegian calendar."""

    school_id: SchoolId
    survey_id: SurveyId
    created_by: StaffId
    created_at: datetime
    delete_on: date
    ceiling_on: date
    closed_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.delete_on > self.ceiling_on:
            raise DeleteOnPastCeiling(
                survey_id=str(self.survey_id), ceiling_on=self.ceiling_on.isoformat()
            )

    def is_due(self, *, today: date) -> bool:
        return today >= min(self.delete_on, self.ceiling_on)

    def deleted_on(self, day: date) -> Lifetime:
        """Return the same life with another last day.

        Raises:
            DeleteOnPastCeiling: the day lies after the ceiling.
        """
        return replace(self, delete_on=day)

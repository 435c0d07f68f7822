"""Record who made a survey, over which groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from samspill_identity.domain.ceilings import Ceilings
from samspill_identity.domain.errors import GroupUnknown, MayNotCreateSurvey
from samspill_identity.domain.ports import Begin, Schools, Work
from samspill_identity.domain.surveys import RecordedSurvey
from samspill_kit.clock import Clock
from samspill_kit.ids import GroupId, SurveyId
from samspill_kit.policy import About, Deed, demand
from samspill_kit.principal import StaffPrincipal

LONGEST_LIFE_YEARS: Final = 4
"""SPEC T1: nothing outlives its making by more than four years."""


@dataclass(frozen=True, slots=True)
class RecordSurvey:
    """The caller becomes the creator; a repeated call changes the groups of a draft (SPEC I2).

    Returns what the municipality lets its schools do.
    """

    begin: Begin
    schools: Schools
    clock: Clock

    async def __call__(
        self,
        survey_id: SurveyId,
        group_ids: Sequence[GroupId],
        *,
        delete_on: date | None,
        by: StaffPrincipal,
    ) -> Ceilings:
        ceilings = await self.schools.ceilings(by.municipality_id)
        groups = tuple(dict.fromkeys(group_ids))
        async with self.begin(by.school_id) as work:
            await _demand_groups(work, groups)
            about = About(survey_id, group_ids=groups)
            demand(Deed.CREATE_SURVEY, by, about, otherwise=MayNotCreateSurvey)
            known = await work.surveys.find(survey_id)
            if known is None:
                survey = self._new(survey_id, groups, delete_on, ceilings, by)
            else:
                wanted = _within(ceilings, known, delete_on or known.delete_on)
                survey = known.planned_again(groups, delete_on=wanted, by=by)
            await work.surveys.save(survey)
            await work.commit()
        return ceilings

    def _new(
        self,
        survey_id: SurveyId,
        groups: tuple[GroupId, ...],
        delete_on: date | None,
        ceilings: Ceilings,
        by: StaffPrincipal,
    ) -> RecordedSurvey:
        today = self.clock.now().date()
        ceiling_on = _years_after(today, LONGEST_LIFE_YEARS)
        last_day = min(ceiling_on, ceilings.last_day(made_on=today))
        return RecordedSurvey(
            id=survey_id,
            school_id=by.school_id,
            created_by=by.staff_id,
            group_ids=groups,
            delete_on=min(delete_on or last_day, last_day),
            ceiling_on=ceiling_on,
        )


def _within(ceilings: Ceilings, known: RecordedSurvey, wanted: date) -> date:
    if known.readers is not None:
        # Opened: what was told to the pupils holds, whatever the municipality decided since.
        return wanted
    made_on = _years_after(known.ceiling_on, -LONGEST_LIFE_YEARS)
    return min(wanted, ceilings.last_day(made_on=made_on))


async def _demand_groups(work: Work, groups: Sequence[GroupId]) -> None:
    if not set(groups) <= {group.group_id for group in await work.roster.groups()}:
        raise GroupUnknown


def _years_after(day: date, years: int) -> date:
    # 29 February becomes the 28th: a ceiling is never later than promised.
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return date(day.year + years, day.month, last)

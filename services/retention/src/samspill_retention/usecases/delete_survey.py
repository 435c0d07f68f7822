"""A person deletes a survey: locked everywhere before the page says so (SPEC T2)."""

from __future__ import annotations

from dataclasses import dataclass

from samspill_kit.clock import Clock
from samspill_kit.ids import SurveyId
from samspill_kit.policy import About, Deed, demand
from samspill_kit.principal import StaffPrincipal
from samspill_retention.domain.deletion import Deletion
from samspill_retention.domain.errors import MayNotDelete, SurveyNotFound
from samspill_retention.domain.lifetime import Lifetime
from samspill_retention.domain.ports import Begin

from .lock_everywhere import LockEverywhere


def check_may_delete(lifetime: Lifetime, by: StaffPrincipal) -> None:
    """The creator at any time; a leader or a colleague with the school-wide right too (SPEC T2).

    Raises:
        MayNotDelete: none of these.
    """
    about = About(lifetime.survey_id, lifetime.created_by)
    demand(Deed.DELETE_SURVEY, by, about, otherwise=MayNotDelete, survey_id=str(lifetime.survey_id))


@dataclass(frozen=True, slots=True)
class DeleteSurvey:
    """Safe to repeat. What is not locked when this returns is locked by the saga's next round."""

    begin: Begin
    lock_everywhere: LockEverywhere
    clock: Clock

    async def __call__(self, survey_id: SurveyId, *, at_once: bool, by: StaffPrincipal) -> Deletion:
        async with self.begin(by.school_id) as work:
            lifetime = await work.lifetimes.find(survey_id)
            if lifetime is None:
                raise SurveyNotFound(survey_id=str(survey_id))
            check_may_delete(lifetime, by)
            deletion = await work.deletions.find(survey_id, for_update=True)
            now = self.clock.now()
            if deletion is None or deletion.taken_back_at:
                deletion = Deletion.asked(
                    by.school_id, survey_id, by=by.staff_id, at=now, at_once=at_once
                )
            elif at_once:
                deletion.make_final(at=now)
            await work.deletions.save(deletion)
            await work.commit()
        return await self.lock_everywhere(by.school_id, survey_id)

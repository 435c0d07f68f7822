"""A person changes their mind within seven days (SPEC T2)."""

from __future__ import annotations

from dataclasses import dataclass

from samspill_kit.clock import Clock
from samspill_kit.ids import SurveyId
from samspill_kit.principal import StaffPrincipal
from samspill_retention.domain.deletion import Deletion
from samspill_retention.domain.errors import SurveyNotFound
from samspill_retention.domain.ports import Begin

from .delete_survey import check_may_delete
from .unlock_everywhere import UnlockEverywhere


@dataclass(frozen=True, slots=True)
class TakeBackDeletion:
    """Decides under the row lock, then unlocks; what does not answer is unlocked by the saga."""

    begin: Begin
    unlock_everywhere: UnlockEverywhere
    clock: Clock

    async def __call__(self, survey_id: SurveyId, *, by: StaffPrincipal) -> Deletion:
        async with self.begin(by.school_id) as work:
            lifetime = await work.lifetimes.find(survey_id)
            deletion = await work.deletions.find(survey_id, for_update=True)
            if lifetime is None or deletion is None:
                raise SurveyNotFound(survey_id=str(survey_id))
            check_may_delete(lifetime, by)
            if not deletion.taken_back_at:
                deletion.take_back(at=self.clock.now())
                await work.deletions.save(deletion)
                await work.commit()
        return await self.unlock_everywhere(by.school_id, survey_id)

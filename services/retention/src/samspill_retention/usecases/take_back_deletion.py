"""A person changes their mind within seven days (SPEC T2)."""

from __future__ import annotations

from dataclasses import dataclass

from samspill_kit.clock import Clock
from samspill_kit.ids import SurveyId
from samspill_kit.principal import StaffPrincipal
from samspill_retention.domain.deletion import Deletion
from samspill_retention.domain.errors import SurveyNotFound
from samspill_retention.domain.ports import Begin, Erasers

from .delete_survey import check_may_delete


@dataclass(frozen=True, slots=True)
class TakeBackDeletion:
    """Unlocks the services first: a survey that is half unlocked can be taken back again."""

    begin: Begin
    erasers: Erasers
    clock: Clock

    async def __call__(self, survey_id: SurveyId, *, by: StaffPrincipal) -> Deletion:
        async with self.begin(by.school_id) as work:
            lifetime = await work.lifetimes.find(survey_id)
            deletion = await work.deletions.find(survey_id)
        if lifetime is None or deletion is None:
            raise SurveyNotFound(survey_id=str(survey_id))
        check_may_delete(lifetime, by)
        deletion.take_back(at=self.clock.now())
        for service in deletion.services:
            await self.erasers.unlock(service, by.school_id, survey_id)

        async with self.begin(by.school_id) as work:
            current = await work.deletions.find(survey_id, for_update=True)
            assert current is not None
            current.take_back(at=self.clock.now())
            await work.deletions.save(current)
            await work.commit()
        return current

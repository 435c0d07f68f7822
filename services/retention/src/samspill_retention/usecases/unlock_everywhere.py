"""A deletion that was taken back is undone in every service (SPEC T2)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from samspill_kit.clock import Clock
from samspill_kit.errors import DomainError
from samspill_kit.ids import SchoolId, SurveyId
from samspill_kit.logging import get_logger
from samspill_retention.domain.deletion import Deletion
from samspill_retention.domain.errors import SurveyNotFound
from samspill_retention.domain.ports import Begin, Erasers

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class UnlockEverywhere:
    """Asks the services that may be locked; one that does not answer is asked again later."""

    begin: Begin
    erasers: Erasers
    clock: Clock

    async def __call__(self, school_id: SchoolId, survey_id: SurveyId) -> Deletion:
        async with self.begin(school_id) as work:
            deletion = await work.deletions.find(survey_id)
        if deletion is None:
            raise SurveyNotFound(survey_id=str(survey_id))
        if not deletion.taken_back_at:
            return deletion  # Asked for anew meanwhile.
        waiting = [each.service for each in deletion.services.values() if each.locked_at]
        answers = await asyncio.gather(*(self._unlock(name, deletion) for name in waiting))
        unlocked = [name for name, ok in zip(waiting, answers, strict=True) if ok]

        async with self.begin(school_id) as work:
            current = await work.deletions.find(survey_id, for_update=True)
            assert current is not None
            for name in unlocked:
                # Asked for anew meanwhile: an unknown lock is asked for again, so this suits both.
                current.services[name].locked_at = None
            await work.deletions.save(current)
            await work.commit()
        return current

    async def _unlock(self, service: str, deletion: Deletion) -> bool:
        try:
            await self.erasers.unlock(service, deletion.school_id, deletion.survey_id)
        except DomainError as error:
            log.warning(
                "A service has not unlocked a survey yet",
                service=service,
                survey_id=str(deletion.survey_id),
                error=error.code,
            )
            return False
        return True

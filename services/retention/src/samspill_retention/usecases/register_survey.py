"""A survey is born: its last day is fixed and its key made (SPEC T1, P1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from samspill_kit.clock import Clock
from samspill_kit.ids import SchoolId, StaffId, SurveyId
from samspill_retention.domain.lifetime import Lifetime, ceiling_after
from samspill_retention.domain.ports import Begin, KeyStore


@dataclass(frozen=True, slots=True)
class RegisterSurvey:
    """Safe to repeat: an existing survey keeps its first registration and its key."""

    begin: Begin
    keys: KeyStore
    clock: Clock

    async def __call__(
        self, school_id: SchoolId, survey_id: SurveyId, *, created_by: StaffId, delete_on: date
    ) -> Lifetime:
        now = self.clock.now()
        wanted = Lifetime(
            school_id, survey_id, created_by, now, delete_on, ceiling_after(now.date())
        )
        async with self.begin(school_id) as work:
            known = await work.lifetimes.find(survey_id)
            if known is None:
                await work.lifetimes.add(wanted)
                await work.commit()
        # The key comes last: a registration without a key is repeated by the caller, while a key
        # without a registration would have nobody to destroy it.
        await self.keys.create_survey_key(survey_id)
        return known or wanted

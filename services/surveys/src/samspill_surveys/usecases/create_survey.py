"""Make a draft."""

from dataclasses import dataclass, replace
from random import Random
from typing import Final
from uuid import UUID, uuid5

from samspill_kit.clock import Clock
from samspill_kit.ids import SurveyId
from samspill_kit.principal import StaffPrincipal
from samspill_surveys.domain.errors import SurveyChangedMeanwhile
from samspill_surveys.domain.lifetime import Lifetime
from samspill_surveys.domain.ports import Begin, Lifetimes, SurveyGrants
from samspill_surveys.domain.survey import Survey, demand_creator
from samspill_surveys.usecases.draft import DraftPlanner, DraftWish

REQUESTS: Final = UUID("5c6f1c43-5a2e-4c35-9d0f-6d6a4f1f0b57")
"""Namespace of survey ids: a repeated request means the same survey in every service it reaches."""

SEED_BITS: Final = 63
"""A seed fits a signed 64-bit integer, in the database and in the contract."""


@dataclass(frozen=True, slots=True)
class CreateSurvey:
    """Idempotent by the request key: every step can be repeated after a failure half-way."""

    begin: Begin
    planner: DraftPlanner
    lifetimes: Lifetimes
    grants: SurveyGrants
    clock: Clock
    random: Random

    async def __call__(
        self, wish: DraftWish, *, band: str, request_key: UUID, by: StaffPrincipal
    ) -> Survey:
        demand_creator(by, wish.group_ids)
        survey_id = SurveyId(uuid5(REQUESTS, f"{by.school_id}/{by.staff_id}/{request_key}"))
        made = await self._find(survey_id, by=by)
        if made:
            return made
        survey = await self._planned(survey_id, wish, band=band, by=by)
        # The creator's right and the key come first: nobody can use a survey that lacks either.
        ceilings = await self.grants.record(
            survey.id, survey.group_ids, delete_on=survey.plan.lifetime.delete_on
        )
        if wish.delete_on is None:
            lifetime = ceilings.shortened(survey.plan.lifetime, made_on=survey.made_on)
            survey.plan = replace(survey.plan, lifetime=lifetime).checked(now=survey.created_at)
        ceilings.demand_within(survey.plan, band=band, made_on=survey.made_on)
        await self.lifetimes.register(
            survey.school_id,
            survey.id,
            created_by=survey.created_by,
            delete_on=survey.plan.lifetime.delete_on,
        )
        return await self._stored(survey, by=by)

    async def _find(self, survey_id: SurveyId, *, by: StaffPrincipal) -> Survey | None:
        async with self.begin(by.school_id) as work:
            survey = await work.surveys.find(survey_id)
        if survey:
            survey.demand_managed_by(by)
        return survey

    async def _planned(
        self, survey_id: SurveyId, wish: DraftWish, *, band: str, by: StaffPrincipal
    ) -> Survey:
        now = self.clock.now()
        groups = await self.planner.groups(wish.group_ids)
        lifetime = Lifetime.planned(
            created_on=now.date(), delete_on=wish.delete_on, closes_on=wish.closes_at.date()
        )
        plan = self.planner.plan(wish, band=band, groups=groups, lifetime=lifetime)
        return Survey(
            id=survey_id,
            school_id=by.school_id,
            created_by=by.staff_id,
            created_at=now,
            band=band,
            plan=plan.checked(now=now),
            shuffle_seed=self.random.getrandbits(SEED_BITS),
        )

    async def _stored(self, survey: Survey, *, by: StaffPrincipal) -> Survey:
        try:
            async with self.begin(survey.school_id) as work:
                await work.surveys.add(survey)
                await work.commit()
        except SurveyChangedMeanwhile:
            # The same request, sent twice at once, has won the race.
            made = await self._find(survey.id, by=by)
            if made is None:
                raise
            return made
        return survey

"""Change a draft."""

from dataclasses import dataclass

from samspill_kit.clock import Clock
from samspill_kit.ids import SurveyId
from samspill_kit.principal import StaffPrincipal
from samspill_surveys.domain.ports import Begin, Lifetimes, SurveyGrants
from samspill_surveys.domain.survey import Plan, Survey, demand_creator
from samspill_surveys.usecases.draft import DraftPlanner, DraftWish


@dataclass(frozen=True, slots=True)
class ChangeSurvey:
    """Two editors never overwrite each other: each sends the version that it read."""

    begin: Begin
    planner: DraftPlanner
    lifetimes: Lifetimes
    grants: SurveyGrants
    clock: Clock

    async def __call__(
        self, survey_id: SurveyId, wish: DraftWish, *, version: int, by: StaffPrincipal
    ) -> Survey:
        async with self.begin(by.school_id) as work:
            survey = await work.surveys.get(survey_id)
        survey.demand_managed_by(by)
        survey.demand_draft()
        survey.demand_version(version)
        demand_creator(by, wish.group_ids)
        plan = (await self._planned(survey, wish)).checked(now=self.clock.now())
        await self._tell_others(survey, plan)
        return await self._stored(survey_id, plan, version=version, by=by)

    async def _planned(self, survey: Survey, wish: DraftWish) -> Plan:
        lifetime = survey.plan.lifetime
        if wish.delete_on:
            lifetime = lifetime.moved_to(wish.delete_on)
        return self.planner.plan(
            wish,
            band=survey.band,
            groups=await self.planner.groups(wish.group_ids),
            lifetime=lifetime,
            known=survey.plan.questions,
        )

    async def _tell_others(self, survey: Survey, plan: Plan) -> None:
        before = survey.plan
        group_ids = [group.group_id for group in plan.groups]
        ceilings = await self.grants.record(survey.id, group_ids, delete_on=plan.lifetime.delete_on)
        ceilings.demand_within(plan, band=survey.band, made_on=survey.made_on)
        if plan.lifetime != before.lifetime:
            await self.lifetimes.change_delete_on(
                survey.school_id, survey.id, plan.lifetime.delete_on
            )

    async def _stored(
        self, survey_id: SurveyId, plan: Plan, *, version: int, by: StaffPrincipal
    ) -> Survey:
        async with self.begin(by.school_id) as work:
            survey = await work.surveys.get_for_update(survey_id)
            survey.demand_managed_by(by)
            survey.demand_version(version)
            survey.change(plan, by=by, now=self.clock.now())
            await work.surveys.save(survey)
            await work.commit()
        return survey

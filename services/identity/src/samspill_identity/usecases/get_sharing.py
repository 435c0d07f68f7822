"""Show with whom a survey is shared, and with whom it could be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from samspill_identity.domain.grants import in_force, lowest_level
from samspill_identity.domain.ports import Begin
from samspill_identity.domain.sharing import may_share
from samspill_identity.domain.surveys import Share
from samspill_identity.usecases.know_colleagues import KnowColleagues
from samspill_kit.clock import Clock
from samspill_kit.ids import StaffId, SurveyId
from samspill_kit.policy import Deed
from samspill_kit.principal import Level, StaffPrincipal


@dataclass(frozen=True, slots=True)
class Sharing:
    """The shares, and the highest level that each colleague could get; None is none."""

    shares: Sequence[Share]
    names: Mapping[StaffId, str]
    candidates: Mapping[StaffId, Level | None]
    has_fixed_readers: bool
    may_share: bool


@dataclass(frozen=True, slots=True)
class GetSharing:
    """For the survey's creator and leaders (SPEC I2)."""

    begin: Begin
    know_colleagues: KnowColleagues
    clock: Clock

    async def __call__(self, survey_id: SurveyId, *, by: StaffPrincipal) -> Sharing:
        colleagues = await self.know_colleagues(by.school_id)
        today = self.clock.now().date()
        async with self.begin(by.school_id) as work:
            survey = await work.surveys.get(survey_id)
            survey.demand_managed_by(by, Deed.SEE_SHARING)
            shares = await work.shares.of_survey(survey_id)
            granted = {
                one.staff_id: in_force(one.grants, today) for one in await work.grants.of_everyone()
            }
        own = survey.level_now(by.staff_id, granted.get(by.staff_id, ()), shares)
        shared = {one.staff_id for one in shares}
        candidates = {}
        for one in colleagues:
            theirs = lowest_level(granted.get(one.staff_id, ()))
            if one.staff_id not in shared and one.staff_id != by.staff_id:
                candidates[one.staff_id] = min(own, theirs) if own and theirs else None
        return Sharing(
            shares=shares,
            names={one.staff_id: one.display_name for one in colleagues},
            candidates=candidates,
            has_fixed_readers=survey.readers is not None,
            may_share=may_share(survey, by) and own is not None,
        )

"""Take back what was shared with a colleague."""

from dataclasses import dataclass

from samspill_kit.ids import StaffId, SurveyId
from samspill_kit.principal import StaffPrincipal
from samspill_surveys.domain.ports import SurveyGrants
from samspill_surveys.domain.survey import Survey
from samspill_surveys.usecases.share_survey import FollowReaders


@dataclass(frozen=True, slots=True)
class EndShare:
    """A colleague who also reads by a grant stays a reader; identity says who is left."""

    grants: SurveyGrants
    follow: FollowReaders

    async def __call__(
        self, survey_id: SurveyId, staff_id: StaffId, *, by: StaffPrincipal
    ) -> Survey:
        survey = await self.follow.start(survey_id, by=by)
        readers = await self.grants.end_share(survey_id, staff_id)
        return await self.follow.store(survey, readers, by=by)

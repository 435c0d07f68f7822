"""Share a survey with a colleague, and tell the pupils of a reader who comes after the opening."""

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_kit.ids import StaffId, SurveyId
from samspill_kit.principal import Level, StaffPrincipal
from samspill_surveys.domain.ports import Begin, SurveyGrants
from samspill_surveys.domain.survey import Reader, Survey, SurveyState


@dataclass(frozen=True, slots=True)
class FollowReaders:
    """Stores the readers that identity tells; shared by making and ending a share."""

    begin: Begin
    grants: SurveyGrants

    async def start(self, survey_id: SurveyId, *, by: StaffPrincipal) -> Survey:
        """The survey as it is before identity is asked. Raises what `demand_managed_by` raises."""
        async with self.begin(by.school_id) as work:
            survey = await work.surveys.get(survey_id)
        survey.demand_managed_by(by)
        return survey

    async def store(
        self, before: Survey, readers: Sequence[Reader], *, by: StaffPrincipal
    ) -> Survey:
        """Two shares at once may be told out of order: whoever comes second asks identity again."""
        while not _is_plain_draft(before, readers):
            async with self.begin(by.school_id) as work:
                survey = await work.surveys.get_for_update(before.id)
                survey.demand_unlocked()
                if survey.version == before.version:
                    survey.follow_readers(readers)
                    await work.surveys.save(survey)
                    await work.commit()
                    return survey
            before = survey
            readers = await self.grants.fix_readers(before.id) if readers else ()
        return before


def _is_plain_draft(survey: Survey, readers: Sequence[Reader]) -> bool:
    """Nothing is to be told: opening will fix the readers, shares among them."""
    return survey.state is SurveyState.DRAFT and not readers


@dataclass(frozen=True, slots=True)
class ShareSurvey:
    """Who may share, and up to which level, is identity's to say (SPEC I2)."""

    grants: SurveyGrants
    follow: FollowReaders

    async def __call__(
        self,
        survey_id: SurveyId,
        staff_id: StaffId,
        *,
        wished: Level,
        reason: str,
        by: StaffPrincipal,
    ) -> Survey:
        survey = await self.follow.start(survey_id, by=by)
        readers = await self.grants.share(survey_id, staff_id, wished=wished, reason=reason)
        return await self.follow.store(survey, readers, by=by)

"""List the surveys that somebody made or may read."""

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_kit.policy import About, Deed, allows
from samspill_kit.principal import StaffPrincipal
from samspill_surveys.domain.ports import SurveyIndex, SurveyOverview


@dataclass(frozen=True, slots=True)
class ListSurveys:
    """What the caller may not see is left out without a trace."""

    index: SurveyIndex

    async def __call__(self, *, by: StaffPrincipal) -> Sequence[SurveyOverview]:
        return [
            line
            for line in await self.index.of_school(by.school_id)
            if allows(
                Deed.SEE_SURVEY,
                by,
                About(line.survey_id, line.created_by, [group.group_id for group in line.groups]),
            )
        ]

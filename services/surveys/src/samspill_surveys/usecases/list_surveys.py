"""List the surveys that somebody made or may read."""

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_kit.principal import StaffPrincipal
from samspill_surveys.domain.ports import SurveyIndex, SurveyOverview
from samspill_surveys.domain.survey import is_visible


@dataclass(frozen=True, slots=True)
class ListSurveys:
    """What the caller may not see is left out without a trace."""

    index: SurveyIndex

    async def __call__(self, *, by: StaffPrincipal) -> Sequence[SurveyOverview]:
        return [
            line
            for line in await self.index.of_school(by.school_id)
            if is_visible(
                by,
                created_by=line.created_by,
                group_ids=[group.group_id for group in line.groups],
            )
        ]

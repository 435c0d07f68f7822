"""Say who can open what is closed to somebody inside the own school (SPEC I4)."""

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_identity.domain.errors import SurveyNotFound
from samspill_identity.domain.ports import Begin
from samspill_identity.domain.schools import Colleague
from samspill_kit.ids import SurveyId
from samspill_kit.principal import StaffPrincipal


@dataclass(frozen=True, slots=True)
class DoorKeeper:
    """Somebody who can open, as `creator` or `leader`."""

    colleague: Colleague
    role: str


@dataclass(frozen=True, slots=True)
class WhoCanOpen:
    """The leaders, and a survey's creator; an unknown survey is the same as none. As last told by
    Keycloak: a refusal never waits for it.
    """

    begin: Begin

    async def __call__(
        self, survey_id: SurveyId | None, *, by: StaffPrincipal
    ) -> Sequence[DoorKeeper]:
        async with self.begin(by.school_id) as work:
            colleagues = await work.colleagues.all()
            creator = None
            if survey_id:
                try:
                    creator = (await work.surveys.get(survey_id)).created_by
                except SurveyNotFound:
                    creator = None
        keepers = [DoorKeeper(one, "creator") for one in colleagues if one.staff_id == creator]
        keepers += [
            DoorKeeper(one, "leader")
            for one in colleagues
            if one.is_leader and one.staff_id != creator
        ]
        return keepers

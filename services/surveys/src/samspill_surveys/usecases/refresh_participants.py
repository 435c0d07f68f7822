"""Let pupils who joined a group in, and take out those who left it, while the survey is open."""

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_kit.clock import Clock
from samspill_kit.ids import IdFactory, ParticipantId, SurveyId
from samspill_kit.policy import Deed
from samspill_kit.principal import StaffPrincipal
from samspill_surveys.domain.participants import ListChange, ParticipantList, RosterPupil
from samspill_surveys.domain.ports import Acceptance, Begin, NameSeal, NameSeals, Rosters
from samspill_surveys.domain.survey import Survey


@dataclass(frozen=True, slots=True)
class RefreshParticipants:
    """The list goes to responses even when nothing changed: an earlier try may have failed just
    there.
    """

    begin: Begin
    rosters: Rosters
    seals: NameSeals
    acceptance: Acceptance
    ids: IdFactory
    clock: Clock

    async def __call__(self, survey_id: SurveyId, *, by: StaffPrincipal) -> ListChange:
        async with self.begin(by.school_id) as work:
            survey = await work.surveys.get(survey_id)
        survey.demand_managed_by(by, Deed.REFRESH_PARTICIPANTS)
        survey.demand_open(now=self.clock.now())
        roster = await self.rosters.pupils_of(survey.group_ids)
        seal = await self.seals.of(survey.school_id, survey.id)
        participants, change = await self._follow(survey, roster, seal, by=by)
        await self.acceptance.change_participants(survey, participants)
        return change

    async def _follow(
        self,
        survey: Survey,
        roster: Sequence[RosterPupil],
        seal: NameSeal,
        *,
        by: StaffPrincipal,
    ) -> tuple[ParticipantList, ListChange]:
        async with self.begin(survey.school_id) as work:
            current = await work.surveys.get_for_update(survey.id)
            current.demand_managed_by(by, Deed.REFRESH_PARTICIPANTS)
            now = self.clock.now()
            current.demand_open(now=now)
            before = await work.lists.of(survey.id)
            after, change = before.brought_up_to(
                roster, new_id=lambda: self.ids.new(ParticipantId), seal=seal.seal
            )
            current.follow_list(change, present=len(after.present), at=now)
            await work.lists.save(survey.id, after)
            await work.surveys.save(current)
            await work.commit()
        return after, change

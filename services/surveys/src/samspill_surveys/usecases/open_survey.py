"""Open a draft: fix who takes part, prepare responses, fix who reads, then let the pupils in."""

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_kit.clock import Clock
from samspill_kit.ids import IdFactory, ParticipantId, SurveyId
from samspill_kit.policy import Deed
from samspill_kit.principal import StaffPrincipal
from samspill_surveys.domain.errors import SurveyChangedMeanwhile
from samspill_surveys.domain.participants import ParticipantList, RosterPupil
from samspill_surveys.domain.ports import (
    Acceptance,
    Begin,
    NameSeal,
    NameSeals,
    Rosters,
    SurveyGrants,
)
from samspill_surveys.domain.survey import Reader, Survey, SurveyState


@dataclass(frozen=True, slots=True)
class OpenSurvey:
    """Can be repeated after a failure at any step: until the last one, the survey stays a draft.

    Needs neither the stream of events nor reports (SPEC R3). Readers are fixed last, because
    that alone cannot be done over with other groups.
    """

    begin: Begin
    rosters: Rosters
    seals: NameSeals
    grants: SurveyGrants
    acceptance: Acceptance
    ids: IdFactory
    clock: Clock

    async def __call__(self, survey_id: SurveyId, *, by: StaffPrincipal) -> Survey:
        async with self.begin(by.school_id) as work:
            draft = await work.surveys.get(survey_id)
        if self._is_open_already(draft, by):
            return draft
        draft.demand_openable(by, now=self.clock.now())
        ceilings = await self.grants.record(
            draft.id, draft.group_ids, delete_on=draft.plan.lifetime.delete_on
        )
        ceilings.demand_within(draft.plan, band=draft.band, made_on=draft.made_on)
        roster = await self.rosters.pupils_of(draft.group_ids)
        seal = await self.seals.of(draft.school_id, draft.id)
        participants = await self._fix_participants(draft, roster, seal, by=by)
        await self.acceptance.prepare(draft, participants)
        readers = await self.grants.fix_readers(survey_id)
        return await self._open(draft, participants, readers, ceilings.languages, by=by)

    def _is_open_already(self, survey: Survey, by: StaffPrincipal) -> bool:
        survey.demand_managed_by(by, Deed.OPEN_SURVEY)
        return survey.state_at(self.clock.now()) is SurveyState.OPEN

    async def _fix_participants(
        self,
        draft: Survey,
        roster: Sequence[RosterPupil],
        seal: NameSeal,
        *,
        by: StaffPrincipal,
    ) -> ParticipantList:
        async with self.begin(draft.school_id) as work:
            survey = await work.surveys.get_for_update(draft.id)
            survey.demand_openable(by, now=self.clock.now())
            survey.demand_version(draft.version)
            before = await work.lists.of(draft.id)
            participants, _ = before.brought_up_to(
                roster, new_id=lambda: self.ids.new(ParticipantId), seal=seal.seal
            )
            await work.lists.save(draft.id, participants)
            await work.commit()
        return participants

    async def _open(
        self,
        draft: Survey,
        prepared: ParticipantList,
        readers: Sequence[Reader],
        languages: Sequence[str],
        *,
        by: StaffPrincipal,
    ) -> Survey:
        async with self.begin(draft.school_id) as work:
            survey = await work.surveys.get_for_update(draft.id)
            if self._is_open_already(survey, by):
                return survey
            survey.demand_version(draft.version)
            if (await work.lists.of(draft.id)).version != prepared.version:
                raise SurveyChangedMeanwhile(survey_id=str(draft.id))
            survey.open(
                by=by,
                readers=readers,
                participants=len(prepared.present),
                at=self.clock.now(),
                languages=languages,
            )
            await work.surveys.save(survey)
            await work.commit()
        return survey

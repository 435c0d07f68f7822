"""Share a survey with a colleague, and take that back (SPEC I2)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from samspill_identity.domain.audit import AuditId, Deed
from samspill_identity.domain.errors import StaffNotFound
from samspill_identity.domain.grants import in_force
from samspill_identity.domain.outside import RosterSeals
from samspill_identity.domain.ports import Begin, Work
from samspill_identity.domain.schools import Colleague
from samspill_identity.domain.sharing import demand_sharing, shared_level
from samspill_identity.domain.surveys import Reader, RecordedSurvey, Share
from samspill_identity.usecases.know_colleagues import KnowColleagues
from samspill_kit.clock import Clock
from samspill_kit.ids import IdFactory, StaffId, SurveyId
from samspill_kit.principal import Grant, Level, Role, StaffPrincipal


@dataclass(frozen=True, slots=True)
class ShareSurvey:
    """Never above the sharer's level or the colleague's own. A reader who comes after the opening
    is written down and told to the pupils from then on. Returns who reads the survey now.
    """

    begin: Begin
    know_colleagues: KnowColleagues
    seals: RosterSeals
    ids: IdFactory
    clock: Clock

    async def __call__(
        self,
        survey_id: SurveyId,
        staff_id: StaffId,
        *,
        wished: Level,
        reason: str,
        by: StaffPrincipal,
    ) -> Sequence[Reader]:
        colleague = await self._colleague(staff_id, by)
        seal = await self.seals.of(by.school_id)
        async with self.begin(by.school_id) as work:
            survey = await work.surveys.get(survey_id, for_update=True)
            demand_sharing(survey, by, reason=reason)
            shares = await work.shares.of_survey(survey_id)
            level = shared_level(
                survey,
                wished=wished,
                sharer=by.staff_id,
                sharers=await self._grants(work, by.staff_id),
                shares=shares,
                colleagues=await self._grants(work, staff_id),
            )
            is_late = survey.readers is not None
            sealed = seal.seal_reason(survey_id, staff_id, reason) if is_late else None
            share = Share(survey_id, staff_id, level, by.staff_id, self.clock.now(), sealed)
            await work.shares.put(share)
            survey = _with_reader(survey, colleague, level)
            await work.surveys.save(survey)
            purpose = "reader_added" if is_late else "share_made"
            await work.audit.append(self._deed(purpose, share, by))
            await work.commit()
        return survey.readers or ()

    async def end(
        self, survey_id: SurveyId, staff_id: StaffId, *, by: StaffPrincipal
    ) -> Sequence[Reader]:
        """Take a share back; repeating it is harmless. Readers by grant stay readers."""
        async with self.begin(by.school_id) as work:
            survey = await work.surveys.get(survey_id, for_update=True)
            demand_sharing(survey, by, reason="taken back")
            shares = await work.shares.of_survey(survey_id)
            share = next((one for one in shares if one.staff_id == staff_id), None)
            if share is None:
                return survey.readers or ()
            await work.shares.end(survey_id, staff_id)
            granted = survey.level_now(staff_id, await self._grants(work, staff_id), ())
            if survey.readers is not None and granted is None:
                left = tuple(one for one in survey.readers if one.staff_id != staff_id)
                survey = replace(survey, readers=left)
                await work.surveys.save(survey)
            await work.audit.append(self._deed("share_ended", share, by))
            await work.commit()
        return survey.readers or ()

    async def _colleague(self, staff_id: StaffId, by: StaffPrincipal) -> Colleague:
        for one in await self.know_colleagues(by.school_id):
            if one.staff_id == staff_id:
                return one
        raise StaffNotFound

    async def _grants(self, work: Work, staff_id: StaffId) -> tuple[Grant, ...]:
        return in_force(await work.grants.of(staff_id), self.clock.now().date())

    def _deed(self, purpose: str, share: Share, by: StaffPrincipal) -> Deed:
        return Deed(
            id=self.ids.new(AuditId),
            school_id=by.school_id,
            staff_id=by.staff_id,
            purpose=purpose,
            at=self.clock.now(),
            survey_id=share.survey_id,
            level=share.level,
            subject_id=share.staff_id,
        )


def _with_reader(survey: RecordedSurvey, colleague: Colleague, level: Level) -> RecordedSurvey:
    if survey.readers is None:
        return survey
    known = next((one for one in survey.readers if one.staff_id == colleague.staff_id), None)
    if known and known.level >= level:
        return survey
    role = Role.LEADER if colleague.is_leader else Role.TEACHER
    reader = Reader(colleague.staff_id, colleague.display_name, role, level)
    others = tuple(one for one in survey.readers if one.staff_id != colleague.staff_id)
    return replace(survey, readers=(*others, reader))

"""Give leave to show individual data, once, after writing down that it is given."""

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_identity.domain.audit import AuditId, Deed
from samspill_identity.domain.errors import SecondFactorNeeded
from samspill_identity.domain.grants import in_force
from samspill_identity.domain.ports import Begin, SignedToken, Tokens
from samspill_kit.clock import Clock
from samspill_kit.ids import IdFactory, ParticipantId, SurveyId
from samspill_kit.principal import Level, Permit, StaffPrincipal


@dataclass(frozen=True, slots=True)
class IssuedPermit:
    """A permit and the level that it carries."""

    token: SignedToken
    level: Level


@dataclass(frozen=True, slots=True)
class IssuePermit:
    """The audit entry is committed before the permit is signed, so no read is unrecorded
    (SPEC I8, P3).
    """

    begin: Begin
    tokens: Tokens
    ids: IdFactory
    clock: Clock
    second_factor_for_names: bool = False
    """The installation shows names only to sign-ins that had a second factor."""

    async def __call__(
        self,
        survey_id: SurveyId,
        *,
        wanted: Level,
        participants: Sequence[ParticipantId],
        purpose: str,
        by: StaffPrincipal,
    ) -> IssuedPermit:
        now = self.clock.now()
        async with self.begin(by.school_id) as work:
            survey = await work.surveys.get(survey_id, for_update=True)
            # Read here and not from the passport: a right taken back must not live 30 s longer.
            grants = in_force(await work.grants.of(by.staff_id), now.date())
            shares = await work.shares.of_survey(survey_id)
            level = survey.level_for(by.staff_id, grants, shares, wanted=wanted)
            if self.second_factor_for_names and level >= Level.NAMED and not by.has_second_factor:
                raise SecondFactorNeeded(survey_id=survey_id)
            deed = Deed(
                id=self.ids.new(AuditId),
                school_id=by.school_id,
                staff_id=by.staff_id,
                purpose=purpose,
                at=now,
                survey_id=survey_id,
                level=level,
                participants=tuple(participants),
            )
            await work.audit.append(deed)
            await work.commit()
        permit = Permit(
            staff_id=by.staff_id,
            school_id=by.school_id,
            survey_id=survey_id,
            level=level,
            participants=frozenset(participants) or None,
            audit_id=str(deed.id),
        )
        return IssuedPermit(self.tokens.permit(permit), level)

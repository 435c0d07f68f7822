"""Make access codes for a survey's participants."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from samspill_identity.domain.codes import CodeId, CodeState, MadeCode, ParticipantCode
from samspill_identity.domain.ports import Begin, CodeHashes
from samspill_kit.clock import Clock
from samspill_kit.ids import IdFactory, ParticipantId, SurveyId
from samspill_kit.principal import StaffPrincipal

NewCode = Callable[[], str]


@dataclass(frozen=True, slots=True)
class MakeCodes:
    """Codes exist in the answer alone; what is kept is their hash (SPEC I7).

    Who has typed a code keeps it and is left out; an unused code is replaced.
    """

    begin: Begin
    hashes: CodeHashes
    ids: IdFactory
    new_code: NewCode
    clock: Clock

    async def __call__(
        self,
        survey_id: SurveyId,
        participants: Sequence[ParticipantId],
        *,
        closes_at: datetime,
        by: StaffPrincipal,
    ) -> Sequence[MadeCode]:
        made, kept = await self._draw(participants)
        async with self.begin(by.school_id) as work:
            survey = await work.surveys.get(survey_id, for_update=True)
            survey.demand_entered(by)
            newest = await work.codes.newest(survey_id)
            wanted = [code for code in made if not _is_in_use(newest, code.participant_id)]
            hashes = {code.participant_id: kept[code.participant_id] for code in wanted}
            await work.codes.replace(survey_id, hashes, closes_at=closes_at, at=self.clock.now())
            await work.commit()
        return wanted

    async def renew(
        self,
        survey_id: SurveyId,
        participant_id: ParticipantId,
        *,
        closes_at: datetime,
        by: StaffPrincipal,
    ) -> MadeCode:
        """Replace one participant's code, used or not; the old one stops working at once."""
        made, kept = await self._draw([participant_id])
        async with self.begin(by.school_id) as work:
            survey = await work.surveys.get(survey_id, for_update=True)
            survey.demand_entered(by)
            await work.codes.replace(survey_id, kept, closes_at=closes_at, at=self.clock.now())
            await work.commit()
        return made[0]

    async def _draw(
        self, participants: Sequence[ParticipantId]
    ) -> tuple[Sequence[MadeCode], Mapping[ParticipantId, tuple[CodeId, bytes]]]:
        made = [MadeCode(one, self.new_code()) for one in dict.fromkeys(participants)]
        kept = {
            code.participant_id: (self.ids.new(CodeId), await self.hashes.of(code.text))
            for code in made
        }
        return made, kept


def _is_in_use(
    newest: Mapping[ParticipantId, ParticipantCode], participant_id: ParticipantId
) -> bool:
    code = newest.get(participant_id)
    return code is not None and code.state is CodeState.USED

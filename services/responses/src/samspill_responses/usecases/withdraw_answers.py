"""Takes every answer of a pupil back, until closing (SPEC S6)."""

from dataclasses import dataclass

from samspill_kit.clock import Clock
from samspill_kit.principal import PupilPrincipal
from samspill_responses.domain.participation import ParticipantState
from samspill_responses.domain.ports import Withdrawals
from samspill_responses.usecases.keep_answers import writer_of


@dataclass(frozen=True, slots=True)
class WithdrawAnswers:
    withdrawals: Withdrawals
    clock: Clock

    async def __call__(self, *, by: PupilPrincipal) -> ParticipantState:
        return await self.withdrawals.withdraw(writer_of(by), at=self.clock.now())

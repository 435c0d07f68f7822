"""Saves what changed on a page since its last save (SPEC R1)."""

from dataclasses import dataclass

from samspill_kit.clock import Clock
from samspill_kit.principal import PupilPrincipal
from samspill_responses.domain.participation import ParticipantState
from samspill_responses.usecases.keep_answers import KeepAnswers, PageChange, writer_of


@dataclass(frozen=True, slots=True)
class SaveAnswers:
    keep: KeepAnswers
    clock: Clock

    async def __call__(self, change: PageChange, *, by: PupilPrincipal) -> ParticipantState:
        saved, _ = await self.keep(change, writer_of(by), at=self.clock.now())
        return saved.state

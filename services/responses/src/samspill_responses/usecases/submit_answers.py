"""Saves what is unsaved and hands in; a repeat gives the same receipt (SPEC R1, S6)."""

from dataclasses import dataclass, replace
from datetime import datetime

from samspill_kit.clock import Clock
from samspill_kit.principal import PupilPrincipal
from samspill_responses.domain.acceptance import Acceptance
from samspill_responses.domain.participation import ParticipantState
from samspill_responses.domain.ports import AnswerSeal
from samspill_responses.domain.saving import Submission
from samspill_responses.usecases.keep_answers import KeepAnswers, PageChange, writer_of


@dataclass(frozen=True, slots=True)
class HandedIn:
    """The receipt: what was not answered was passed over (SPEC S4)."""

    state: ParticipantState
    submitted_at: datetime | None
    answered: int
    skipped: int


@dataclass(frozen=True, slots=True)
class SubmitAnswers:
    keep: KeepAnswers
    clock: Clock

    async def __call__(self, change: PageChange, *, declines: bool, by: PupilPrincipal) -> HandedIn:
        """Who declines takes back what was saved; what the page still held is not looked at."""

        def submission_of(acceptance: Acceptance, seal: AnswerSeal) -> Submission:
            masks = {
                question_id: seal.mask(by.participant_id, question_id)
                for question_id in acceptance.questions
            }
            return Submission(declines=declines, masks=masks)

        wanted = replace(change, answers=()) if declines else change
        saved, acceptance = await self.keep(
            wanted, writer_of(by), at=self.clock.now(), submission_of=submission_of
        )
        skipped = len(acceptance.questions) - saved.answered
        return HandedIn(saved.state, saved.submitted_at, saved.answered, skipped)

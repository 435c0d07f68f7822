"""Shows a pupil what is answered, and the answers of this very session (SPEC I7, S6)."""

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_kit.principal import PupilPrincipal
from samspill_responses.domain.answers import Value
from samspill_responses.domain.ids import QuestionId
from samspill_responses.domain.participation import ParticipantState
from samspill_responses.domain.ports import Answers, AnswerSeal, AnswerSeals
from samspill_responses.domain.saving import StoredAnswer
from samspill_responses.usecases.keep_answers import writer_of


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """`value` is absent for what another session wrote."""

    question_id: QuestionId
    value: Value | None
    is_skipped: bool


@dataclass(frozen=True, slots=True)
class ShownPage:
    state: ParticipantState
    answers: Sequence[ShownAnswer]


@dataclass(frozen=True, slots=True)
class ReadPage:
    answers: Answers
    seals: AnswerSeals

    async def __call__(self, *, by: PupilPrincipal) -> ShownPage:
        stored = await self.answers.page(writer_of(by))
        if not stored.answers:
            return ShownPage(stored.state, ())
        seal = await self.seals.of(by.school_id, by.survey_id)
        shown = tuple(_shown(answer, by, seal) for answer in stored.answers)
        return ShownPage(stored.state, shown)


def _shown(stored: StoredAnswer, by: PupilPrincipal, seal: AnswerSeal) -> ShownAnswer:
    is_skipped = stored.mark != seal.mask(by.participant_id, stored.question_id)
    value = None
    if stored.ciphertext is not None:
        value = seal.open(by.participant_id, stored.question_id, stored.ciphertext).value
    return ShownAnswer(stored.question_id, value, is_skipped)

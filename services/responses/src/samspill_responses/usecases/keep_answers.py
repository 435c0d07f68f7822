"""What saving and handing in share: check, seal, keep, and again if the survey changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from samspill_kit.errors import Invalid
from samspill_kit.principal import PupilPrincipal
from samspill_responses.domain.acceptance import Acceptance
from samspill_responses.domain.answers import Answer, Cleared, Recorded, is_blank
from samspill_responses.domain.errors import ParticipantNotFound, StaleAcceptance
from samspill_responses.domain.ids import PageId, QuestionId
from samspill_responses.domain.ports import Acceptances, Answers, AnswerSeal, AnswerSeals
from samspill_responses.domain.saving import Save, Saved, SealedAnswer, Submission, Writer

SubmissionOf = Callable[[Acceptance, AnswerSeal], Submission | None]


@dataclass(frozen=True, slots=True)
class PageChange:
    """What one page sends at once."""

    page_id: PageId
    sequence: int
    list_version: int
    answers: Sequence[Answer]


def writer_of(pupil: PupilPrincipal) -> Writer:
    """The writer is who the passport says, never who the request says."""
    return Writer(pupil.school_id, pupil.survey_id, pupil.participant_id, pupil.session_id)


@dataclass(frozen=True, slots=True)
class KeepAnswers:
    """Seals the answers and keeps them, after holding them against the form."""

    answers: Answers
    acceptances: Acceptances
    seals: AnswerSeals

    async def __call__(
        self,
        change: PageChange,
        writer: Writer,
        *,
        at: datetime,
        submission_of: SubmissionOf = lambda _acceptance, _seal: None,
    ) -> tuple[Saved, Acceptance]:
        """The state afterwards, and the acceptance that the answers were held against."""
        seal = await self.seals.of(writer.school_id, writer.survey_id)

        def sealed(acceptance: Acceptance) -> Save:
            submission = submission_of(acceptance, seal)
            return _sealed(change, writer, acceptance.version, seal, at=at, submission=submission)

        acceptance = await self._accepted(change, writer)
        try:
            return await self.answers.save(sealed(acceptance)), acceptance
        except StaleAcceptance:
            # The list of participants changed after it was remembered; a second change at the
            # same moment is left to the page, which tries again.
            acceptance = await self.acceptances.reload(writer.school_id, writer.survey_id)
            _check(acceptance, change, writer)
            return await self.answers.save(sealed(acceptance)), acceptance

    async def _accepted(self, change: PageChange, writer: Writer) -> Acceptance:
        remembered = await self.acceptances.of(writer.school_id, writer.survey_id)
        try:
            _check(remembered, change, writer)
        except (Invalid, ParticipantNotFound):
            # Perhaps a late joiner is chosen, whom the remembered list does not know yet.
            remembered = await self.acceptances.reload(writer.school_id, writer.survey_id)
            _check(remembered, change, writer)
        return remembered


def _check(acceptance: Acceptance, change: PageChange, writer: Writer) -> None:
    acceptance.check(change.answers, by=writer.participant_id, list_version=change.list_version)


def _sealed(
    change: PageChange,
    writer: Writer,
    acceptance_version: int,
    seal: AnswerSeal,
    *,
    at: datetime,
    submission: Submission | None,
) -> Save:
    sealed: list[SealedAnswer] = []
    cleared: list[QuestionId] = []
    for answer in change.answers:
        if isinstance(answer.change, Cleared) or is_blank(answer.change):
            cleared.append(answer.question_id)
        else:
            recorded = Recorded(answer.change, change.list_version)
            sealed.append(seal.seal(writer.participant_id, answer.question_id, recorded))
    return Save(
        writer=writer,
        page_id=change.page_id,
        sequence=change.sequence,
        acceptance_version=acceptance_version,
        sealed=tuple(sealed),
        cleared=tuple(cleared),
        at=at,
        submission=submission,
    )

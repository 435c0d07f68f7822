"""Stand-ins in memory, held to the same suites as the real parts (tests/contracts)."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from samspill_kit.aggregate import Aggregate
from samspill_kit.ids import ParticipantId, SchoolId, SurveyId
from samspill_responses.domain.acceptance import Acceptance
from samspill_responses.domain.answers import Recorded
from samspill_responses.domain.errors import (
    ParticipantNotFound,
    StaleAcceptance,
    SurveyClosed,
    SurveyIsLocked,
    SurveyNotClosed,
    SurveyNotFound,
)
from samspill_responses.domain.events import ParticipantStateChanged
from samspill_responses.domain.ids import PageId, QuestionId
from samspill_responses.domain.participation import ParticipantState
from samspill_responses.domain.ports import ParticipantStatus, SurveyCount, SurveyRef
from samspill_responses.domain.saving import (
    ReceivedAnswer,
    Save,
    Saved,
    SealedAnswer,
    StoredAnswer,
    StoredPage,
    Submission,
    Writer,
)
from samspill_responses.domain.survey import Keepers, PreparedSurvey
from samspill_responses.storage.encoding import decode, encode


class StoppedClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.at = now

    def now(self) -> datetime:
        return self.at


@dataclass
class FakeParticipant:
    state: ParticipantState = ParticipantState.NOT_STARTED
    submitted_at: datetime | None = None
    answers: dict[QuestionId, tuple[SealedAnswer, Writer]] = field(default_factory=dict)
    earlier: list[tuple[SealedAnswer, Writer]] = field(default_factory=list)
    pages: dict[PageId, int] = field(default_factory=dict)


class FakeSurveys:
    """Everything that responses keeps, in dictionaries; implements every storage port."""

    def __init__(self, clock: StoppedClock) -> None:
        self.clock = clock
        self.prepared: dict[tuple[SchoolId, SurveyId], PreparedSurvey] = {}
        self.participants: dict[tuple[SurveyId, ParticipantId], FakeParticipant] = {}
        self.locked: set[tuple[SchoolId, SurveyId]] = set()
        self.erased: set[tuple[SchoolId, SurveyId]] = set()
        self.events: list[object] = []

    # Answers and Withdrawals

    async def save(self, save: Save) -> Saved:
        survey = self.usable(save.writer.school_id, save.writer.survey_id)
        participant = self._known(save.writer)
        is_repeat = participant is not None and participant.pages.get(save.page_id, 0) >= (
            save.sequence
        )
        if self.is_closed(survey) and not is_repeat:
            raise SurveyClosed()
        if survey.acceptance.version != save.acceptance_version:
            raise StaleAcceptance()
        if participant is None:
            raise ParticipantNotFound()
        if not is_repeat:
            participant.pages[save.page_id] = save.sequence
            self._keep(participant, save)
        answered = _count(participant, save.submission)
        if not is_repeat:
            self._advance(participant, save, answered)
        return Saved(participant.state, participant.submitted_at, answered)

    async def page(self, writer: Writer) -> StoredPage:
        participant = self._writable(writer)
        stored = tuple(
            StoredAnswer(
                question_id,
                sealed.ciphertext if by.session_id == writer.session_id else None,
                sealed.mark,
            )
            for question_id, (sealed, by) in participant.answers.items()
        )
        return StoredPage(participant.state, stored)

    async def withdraw(self, writer: Writer, *, at: datetime) -> ParticipantState:
        participant = self._writable(writer)
        participant.answers.clear()
        participant.earlier.clear()
        self._change(participant, writer, participant.state.after_withdrawal(), at)
        return participant.state

    def _keep(self, participant: FakeParticipant, save: Save) -> None:
        if save.submission is not None and save.submission.declines:
            participant.answers.clear()
            participant.earlier.clear()
            return
        for question_id in [*(s.question_id for s in save.sealed), *save.cleared]:
            known = participant.answers.pop(question_id, None)
            if known is not None and known[1].session_id != save.writer.session_id:
                participant.earlier.append(known)
        for sealed in save.sealed:
            participant.answers[sealed.question_id] = (sealed, save.writer)

    def _advance(self, participant: FakeParticipant, save: Save, answered: int) -> None:
        if save.submission is None:
            after = participant.state.after_save()
        else:
            after = participant.state.after_submission(answered=answered)
            participant.submitted_at = participant.submitted_at or save.at
        self._change(participant, save.writer, after, save.at)

    def _change(
        self, participant: FakeParticipant, writer: Writer, after: ParticipantState, at: datetime
    ) -> None:
        if after is not participant.state:
            participant.state = after
            ids = (writer.school_id, writer.survey_id, writer.participant_id)
            self.events.append(ParticipantStateChanged(*ids, after, at))

    def _known(self, writer: Writer) -> FakeParticipant | None:
        survey = self.prepared[(writer.school_id, writer.survey_id)]
        membership = survey.acceptance.memberships.get(writer.participant_id)
        if membership is None or membership.until is not None:
            return None
        return self.participants.setdefault(
            (writer.survey_id, writer.participant_id), FakeParticipant()
        )

    def _writable(self, writer: Writer) -> FakeParticipant:
        if self.is_closed(self.usable(writer.school_id, writer.survey_id)):
            raise SurveyClosed()
        participant = self._known(writer)
        if participant is None:
            raise ParticipantNotFound()
        return participant

    def usable(self, school_id: SchoolId, survey_id: SurveyId) -> PreparedSurvey:
        key = (school_id, survey_id)
        if key not in self.prepared:
            raise SurveyNotFound()
        if key in self.locked:
            raise SurveyIsLocked()
        return self.prepared[key]

    def is_closed(self, survey: PreparedSurvey) -> bool:
        return survey.sealed_at is not None or survey.closes_at <= self.clock.now()

    # Statuses

    async def keepers(
        self, school_id: SchoolId, survey_ids: Sequence[SurveyId]
    ) -> Mapping[SurveyId, Keepers]:
        known = [id_ for id_ in survey_ids if (school_id, id_) in self.prepared]
        return {id_: self.prepared[school_id, id_].keepers for id_ in known}

    async def states(self, school_id: SchoolId, survey_id: SurveyId) -> Sequence[ParticipantStatus]:
        return self._present(self.usable(school_id, survey_id), None)

    async def counts(
        self, school_id: SchoolId, survey_ids: Sequence[SurveyId]
    ) -> Sequence[SurveyCount]:
        known = [id_ for id_ in survey_ids if (school_id, id_) in self.prepared]
        return [
            self._counted(school_id, id_) for id_ in known if (school_id, id_) not in self.locked
        ]

    def _counted(self, school_id: SchoolId, survey_id: SurveyId) -> SurveyCount:
        states = [s.state for s in self._present(self.usable(school_id, survey_id), None)]
        done = sum(state.is_done for state in states)
        idle = states.count(ParticipantState.NOT_STARTED)
        return SurveyCount(survey_id, len(states), done, len(states) - done - idle)

    async def received(
        self,
        school_id: SchoolId,
        survey_id: SurveyId,
        participants: frozenset[ParticipantId] | None,
    ) -> tuple[Sequence[ReceivedAnswer], Sequence[ParticipantStatus]]:
        survey = self.usable(school_id, survey_id)
        if not self.is_closed(survey):
            raise SurveyNotClosed()
        present = self._present(survey, participants)
        received = [
            ReceivedAnswer(status.participant_id, question_id, sealed.ciphertext)
            for status in present
            for question_id, (sealed, _) in self._answers_of(survey_id, status.participant_id)
        ]
        return received, present

    def _answers_of(
        self, survey_id: SurveyId, participant_id: ParticipantId
    ) -> list[tuple[QuestionId, tuple[SealedAnswer, Writer]]]:
        participant = self.participants.get((survey_id, participant_id), FakeParticipant())
        return sorted(participant.answers.items(), key=lambda item: item[0].value)

    def _present(
        self, survey: PreparedSurvey, wanted: frozenset[ParticipantId] | None
    ) -> list[ParticipantStatus]:
        present = [
            id_
            for id_, membership in survey.acceptance.memberships.items()
            if membership.until is None and (wanted is None or id_ in wanted)
        ]
        return [
            ParticipantStatus(
                id_,
                self.participants.get((survey.survey_id, id_), FakeParticipant()).state,
            )
            for id_ in sorted(present, key=lambda id_: id_.value)
        ]

    # Unit of work

    @asynccontextmanager
    async def begin(self, school_id: SchoolId) -> AsyncIterator["FakeWork"]:
        yield FakeWork(self, school_id)


class FakeWork:
    """What was saved is seen by others after `commit` alone."""

    def __init__(self, kept: FakeSurveys, school_id: SchoolId) -> None:
        self._kept = kept
        self._school_id = school_id
        self._pending: list[Aggregate] = []
        self._locks: dict[SurveyId, bool] = {}

    @property
    def surveys(self) -> "FakeWork":
        return self

    @property
    def locks(self) -> "FakeWork":
        return self

    async def get_for_update(self, survey_id: SurveyId) -> PreparedSurvey:
        survey = await self.find_for_update(survey_id)
        if survey is None:
            raise SurveyNotFound()
        return survey

    async def find_for_update(self, survey_id: SurveyId) -> PreparedSurvey | None:
        key = (self._school_id, survey_id)
        if key in self._kept.erased:
            raise SurveyNotFound()
        if key in self._kept.locked:
            raise SurveyIsLocked()
        known = self._kept.prepared.get(key)
        if known is None:
            return None
        return PreparedSurvey(
            known.acceptance,
            closes_at=known.closes_at,
            delete_on=known.delete_on,
            ceiling_on=known.ceiling_on,
            sealed_at=known.sealed_at,
        )

    async def drop_earlier_versions(self, survey_id: SurveyId) -> None:
        for (of, _), participant in self._kept.participants.items():
            if of == survey_id:
                participant.earlier.clear()

    async def lock(self, survey_id: SurveyId, *, at: datetime) -> None:
        self._locks[survey_id] = True

    async def unlock(self, survey_id: SurveyId) -> None:
        self._locks[survey_id] = False

    async def save(self, aggregate: Aggregate) -> None:
        self._pending.append(aggregate)

    async def commit(self) -> None:
        for survey in self._pending:
            assert isinstance(survey, PreparedSurvey)
            self._kept.prepared[(survey.school_id, survey.survey_id)] = survey
            self._kept.events.extend(survey.take_events())
        for survey_id, is_locked in self._locks.items():
            change = self._kept.locked.add if is_locked else self._kept.locked.discard
            change((self._school_id, survey_id))


def _count(participant: FakeParticipant, submission: Submission | None) -> int:
    if submission is None:
        return 0
    return sum(
        submission.masks.get(question_id) == sealed.mark
        for question_id, (sealed, _) in participant.answers.items()
    )


@dataclass
class FakeAcceptances:
    """Remembers like the real one, so that staleness can be seen."""

    kept: FakeSurveys
    remembered: dict[SurveyId, Acceptance] = field(default_factory=dict)

    async def of(self, school_id: SchoolId, survey_id: SurveyId) -> Acceptance:
        if survey_id not in self.remembered:
            return await self.reload(school_id, survey_id)
        return self.remembered[survey_id]

    async def reload(self, school_id: SchoolId, survey_id: SurveyId) -> Acceptance:
        self.remembered[survey_id] = replace(self.kept.usable(school_id, survey_id).acceptance)
        return self.remembered[survey_id]

    def forget(self, survey_id: SurveyId) -> None:
        self.remembered.pop(survey_id, None)


class FakeSeals:
    """Seals that anyone could open; that real ones cannot is tested on the real ones."""

    def __init__(self) -> None:
        self.forgotten: list[SurveyId] = []

    async def of(self, school_id: SchoolId, survey_id: SurveyId) -> "FakeSeals":
        return self

    def forget(self, survey_id: SurveyId) -> None:
        self.forgotten.append(survey_id)

    def seal(
        self, participant_id: ParticipantId, question_id: QuestionId, answer: Recorded
    ) -> SealedAnswer:
        is_skipped = type(answer.value).__name__ == "Skipped"
        mask = self.mask(participant_id, question_id)
        return SealedAnswer(question_id, encode(answer), is_skipped != mask)

    def open(
        self, participant_id: ParticipantId, question_id: QuestionId, ciphertext: bytes
    ) -> Recorded:
        return decode(ciphertext)

    def mask(self, participant_id: ParticipantId, question_id: QuestionId) -> bool:
        return bool((participant_id.value.int ^ question_id.value.int) & 1)


@dataclass
class FakeCalendar:
    """Lists what is due, locked surveys too, as when one is locked after it was listed."""

    kept: FakeSurveys

    async def due_for_sealing(self, *, limit: int) -> Sequence[SurveyRef]:
        return [
            SurveyRef(*key)
            for key, survey in self.kept.prepared.items()
            if survey.sealed_at is None and self.kept.is_closed(survey)
        ][:limit]

    async def due_for_erasure(self, *, on: date) -> Sequence[SurveyRef]:
        return [
            SurveyRef(*key)
            for key, survey in self.kept.prepared.items()
            if survey.delete_on + timedelta(days=7) <= on or survey.ceiling_on <= on
        ]

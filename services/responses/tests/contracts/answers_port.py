"""What every implementation of Answers promises (SPEC R1, R4): fake, plain SQL, function."""

from dataclasses import replace
from datetime import timedelta
from typing import Protocol
from uuid import uuid4

import pytest

from samspill_kit.ids import SessionId
from samspill_responses.domain.acceptance import AcceptedParticipant
from samspill_responses.domain.errors import (
    ParticipantNotFound,
    StaleAcceptance,
    SurveyClosed,
    SurveyIsLocked,
    SurveyNotFound,
)
from samspill_responses.domain.ids import QuestionId
from samspill_responses.domain.participation import ParticipantState
from samspill_responses.domain.ports import Answers
from samspill_responses.domain.saving import Saved, Writer
from samspill_responses.domain.survey import Preparation
from services.responses.tests.sample import (
    FRIENDS,
    NOW,
    OTHER_PAGE,
    RECESS,
    SUBJECTS,
    SchoolClass,
    a_save,
    sealed,
    submission,
)


class Stage(Protocol):
    """An implementation, and what the suite does around it."""

    answers: Answers

    async def prepare(self, told: Preparation) -> None: ...

    async def change_participants(
        self, of: SchoolClass, participants: tuple[AcceptedParticipant, ...], list_version: int
    ) -> None: ...

    async def seal(self, of: SchoolClass) -> None: ...

    async def lock(self, of: SchoolClass) -> None: ...

    async def states_told(self, of: SchoolClass) -> list[str]:
        """States in the outbox, in the order of their writing."""
        ...

    async def earlier_versions(self, of: SchoolClass) -> int: ...


async def kept(stage: Stage, writer: Writer) -> dict[QuestionId, bytes | None]:
    page = await stage.answers.page(writer)
    return {answer.question_id: answer.ciphertext for answer in page.answers}


class AnswersContract:
    """Subclasses give `stage`."""

    async def test_saved_answers_are_there_for_the_session_that_wrote_them(
        self, stage: Stage, school_class: SchoolClass
    ) -> None:
        writer = school_class.writer()
        answers = sealed(RECESS, b"good"), sealed(FRIENDS, b"ali")
        saved = await stage.answers.save(a_save(writer, *answers))
        assert saved == Saved(ParticipantState.STARTED)
        assert await kept(stage, writer) == {RECESS: b"good", FRIENDS: b"ali"}

    async def test_another_session_sees_which_questions_are_answered_and_no_ciphertext(
        self, stage: Stage, school_class: SchoolClass
    ) -> None:
        await stage.answers.save(a_save(school_class.writer(), sealed(RECESS, b"good")))
        other = school_class.writer(session=SessionId(uuid4()))
        assert await kept(stage, other) == {RECESS: None}
        page = await stage.answers.page(other)
        assert page.answers[0].mark == sealed(RECESS, b"").mark

    async def test_a_repeated_save_changes_nothing(
        self, stage: Stage, school_class: SchoolClass
    ) -> None:
        writer = school_class.writer()
        first = a_save(writer, sealed(RECESS, b"good"), sequence=3)
        await stage.answers.save(first)
        again = replace(first, sealed=(sealed(RECESS, b"sealed anew"),))
        assert await stage.answers.save(again) == Saved(ParticipantState.STARTED)
        assert await kept(stage, writer) == {RECESS: b"good"}

    async def test_an_older_sequence_of_the_page_changes_nothing(
        self, stage: Stage, school_class: SchoolClass
    ) -> None:
        writer = school_class.writer()
        await stage.answers.save(a_save(writer, sealed(RECESS, b"new"), sequence=5))
        late = a_save(writer, sealed(RECESS, b"old"), sealed(FRIENDS, b"x"), sequence=4)
        await stage.answers.save(late)
        assert await kept(stage, writer) == {RECESS: b"new"}

    async def test_of_two_pages_the_last_to_arrive_wins(
        self, stage: Stage, school_class: SchoolClass
    ) -> None:
        writer = school_class.writer()
        await stage.answers.save(a_save(writer, sealed(RECESS, b"one"), sequence=9))
        await stage.answers.save(a_save(writer, sealed(RECESS, b"two"), page=OTHER_PAGE))
        assert await kept(stage, writer) == {RECESS: b"two"}
        await stage.answers.save(a_save(writer, sealed(RECESS, b"three"), sequence=10))
        assert await kept(stage, writer) == {RECESS: b"three"}

    async def test_a_cleared_question_is_unanswered_again(
        self, stage: Stage, school_class: SchoolClass
    ) -> None:
        writer = school_class.writer()
        await stage.answers.save(a_save(writer, sealed(RECESS, b"a"), sealed(FRIENDS, b"b")))
        await stage.answers.save(a_save(writer, sequence=2, cleared=(RECESS,)))
        assert await kept(stage, writer) == {FRIENDS: b"b"}

    async def test_overwriting_from_another_session_keeps_the_earlier_version_until_closing(
        self, stage: Stage, school_class: SchoolClass
    ) -> None:
        await stage.answers.save(a_save(school_class.writer(), sealed(RECESS, b"first")))
        other = school_class.writer(session=SessionId(uuid4()))
        await stage.answers.save(a_save(other, sealed(RECESS, b"second"), page=OTHER_PAGE))
        await stage.answers.save(
            a_save(other, sealed(RECESS, b"third"), page=OTHER_PAGE, sequence=2)
        )
        assert await kept(stage, other) == {RECESS: b"third"}
        assert await stage.earlier_versions(school_class) == 1
        await stage.seal(school_class)
        assert await stage.earlier_versions(school_class) == 0

    async def test_handing_in_counts_what_is_answered_and_a_retry_gives_the_same_receipt(
        self, stage: Stage, school_class: SchoolClass
    ) -> None:
        answers = sealed(RECESS, b"good"), sealed(SUBJECTS, b"", is_skipped=True)
        hand_in = replace(a_save(school_class.writer(), *answers), submission=submission())
        receipt = await stage.answers.save(hand_in)
        assert receipt == Saved(ParticipantState.SUBMITTED, NOW, 1)
        for minute in range(10):
            retry = replace(hand_in, at=NOW + timedelta(minutes=minute))
            assert await stage.answers.save(retry) == receipt
        assert await stage.states_told(school_class) == ["submitted"]

    async def test_handing_in_with_everything_passed_over_counts_as_declined(
        self, stage: Stage, school_class: SchoolClass
    ) -> None:
        skipped = [sealed(question, b"", is_skipped=True) for question in (RECESS, FRIENDS)]
        hand_in = replace(a_save(school_class.writer(), *skipped), submission=submission())
        assert await stage.answers.save(hand_in) == Saved(ParticipantState.DECLINED, NOW, 0)

    async def test_who_declines_takes_back_what_was_saved(
        self, stage: Stage, school_class: SchoolClass
    ) -> None:
        writer = school_class.writer()
        await stage.answers.save(a_save(writer, sealed(RECESS, b"good")))
        declining = replace(a_save(writer, sequence=2), submission=submission(declines=True))
        assert await stage.answers.save(declining) == Saved(ParticipantState.DECLINED, NOW, 0)
        assert await kept(stage, writer) == {}

    async def test_who_changes_something_after_handing_in_has_returned(
        self, stage: Stage, school_class: SchoolClass
    ) -> None:
        writer = school_class.writer()
        hand_in = replace(a_save(writer, sealed(RECESS, b"good")), submission=submission())
        await stage.answers.save(hand_in)
        later = NOW + timedelta(hours=1)
        changed = await stage.answers.save(
            a_save(writer, sealed(RECESS, b"bad"), sequence=2, at=later)
        )
        assert changed == Saved(ParticipantState.RETURNED, NOW)
        again = replace(a_save(writer, sequence=3, at=later), submission=submission())
        assert await stage.answers.save(again) == Saved(ParticipantState.SUBMITTED, NOW, 1)
        told = ["submitted", "returned", "submitted"]
        assert await stage.states_told(school_class) == told

    async def test_one_fact_is_told_per_change_of_state_and_none_for_further_saves(
        self, stage: Stage, school_class: SchoolClass
    ) -> None:
        for sequence in range(1, 7):
            await stage.answers.save(
                a_save(school_class.writer(), sealed(RECESS, b"good"), sequence=sequence)
            )
        assert await stage.states_told(school_class) == ["started"]

    async def test_a_sealed_survey_refuses_answers_and_changes_nothing(
        self, stage: Stage, school_class: SchoolClass
    ) -> None:
        await stage.seal(school_class)
        with pytest.raises(SurveyClosed):
            await stage.answers.save(a_save(school_class.writer(), sealed(RECESS, b"good")))
        assert await stage.states_told(school_class) == []

    async def test_a_survey_past_its_closing_time_refuses_answers(self, stage: Stage) -> None:
        late = SchoolClass()
        await stage.prepare(late.preparation(closes_at=NOW - timedelta(seconds=1)))
        with pytest.raises(SurveyClosed):
            await stage.answers.save(a_save(late.writer(), sealed(RECESS, b"good")))
        with pytest.raises(SurveyClosed):
            await stage.answers.page(late.writer())

    async def test_a_retry_of_what_was_kept_in_time_gets_its_receipt_after_closing(
        self, stage: Stage, school_class: SchoolClass
    ) -> None:
        hand_in = replace(
            a_save(school_class.writer(), sealed(RECESS, b"good")), submission=submission()
        )
        receipt = await stage.answers.save(hand_in)
        await stage.seal(school_class)
        assert await stage.answers.save(hand_in) == receipt
        with pytest.raises(SurveyClosed):
            await stage.answers.save(replace(hand_in, sequence=2))

    async def test_a_locked_survey_is_neither_written_nor_read(
        self, stage: Stage, school_class: SchoolClass
    ) -> None:
        await stage.lock(school_class)
        with pytest.raises(SurveyIsLocked):
            await stage.answers.save(a_save(school_class.writer(), sealed(RECESS, b"good")))
        with pytest.raises(SurveyIsLocked):
            await stage.answers.page(school_class.writer())

    async def test_another_school_finds_nothing(
        self, stage: Stage, school_class: SchoolClass
    ) -> None:
        elsewhere = replace(school_class.writer(), school_id=SchoolClass().school_id)
        with pytest.raises(SurveyNotFound):
            await stage.answers.save(a_save(elsewhere, sealed(RECESS, b"good")))
        with pytest.raises(SurveyNotFound):
            await stage.answers.page(elsewhere)

    async def test_who_is_not_or_no_longer_in_the_list_is_refused(
        self, stage: Stage, school_class: SchoolClass
    ) -> None:
        unknown = school_class.writer(SchoolClass().nora)
        with pytest.raises(ParticipantNotFound):
            await stage.answers.save(a_save(unknown, sealed(RECESS, b"good")))
        left = school_class.participants(without=school_class.nora)
        await stage.change_participants(school_class, left, 2)
        with pytest.raises(ParticipantNotFound):
            await stage.answers.save(
                a_save(school_class.writer(), sealed(RECESS, b"good"), version=3)
            )

    async def test_answers_held_against_an_older_acceptance_are_not_kept(
        self, stage: Stage, school_class: SchoolClass
    ) -> None:
        await stage.change_participants(school_class, school_class.participants(), 2)
        with pytest.raises(StaleAcceptance):
            await stage.answers.save(a_save(school_class.writer(), sealed(RECESS, b"good")))
        assert await stage.states_told(school_class) == []

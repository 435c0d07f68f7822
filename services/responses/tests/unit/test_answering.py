"""A pupil answers, comes back, hands in and withdraws (SPEC S4, S6, S8, R1, R4)."""

from uuid import UUID

import pytest

from samspill_kit.ids import SessionId
from samspill_responses.domain.answers import (
    Change,
    Cleared,
    Nobody,
    Nominees,
    Option,
    Skipped,
    Text,
)
from samspill_responses.domain.errors import NomineeUnknown, SurveyClosed, SurveyIsLocked
from samspill_responses.domain.events import ParticipantStateChanged
from samspill_responses.domain.ids import QuestionId
from samspill_responses.domain.participation import ParticipantState
from services.responses.tests.sample import FRIENDS, NOW, QUESTIONS, RECESS, SUBJECTS, WORDS
from services.responses.tests.unit.fake_service import FakeService, change

ANOTHER_SESSION = SessionId(UUID(int=900))


@pytest.fixture
async def service() -> FakeService:
    service = FakeService()
    await service.prepare_survey(service.school_class.preparation())
    return service


async def test_what_a_session_saved_it_sees_again(service: FakeService) -> None:
    nora, ali = service.pupil(), service.school_class.ali
    said: dict[QuestionId, Change] = {
        RECESS: Option("good"),
        FRIENDS: Nominees((ali,)),
        SUBJECTS: Skipped(),
    }
    assert await service.save_answers(change(said), by=nora) is ParticipantState.STARTED
    assert await service.answered(nora) == said


async def test_a_code_typed_anew_shows_which_questions_are_answered_never_the_answers(
    service: FakeService,
) -> None:
    said: dict[QuestionId, Change] = {RECESS: Option("good"), SUBJECTS: Skipped()}
    await service.save_answers(change(said), by=service.pupil())
    again = service.pupil(session=ANOTHER_SESSION)
    page = await service.read_page(by=again)
    shown = {answer.question_id: (answer.value, answer.is_skipped) for answer in page.answers}
    assert shown == {RECESS: (None, False), SUBJECTS: (None, True)}


async def test_a_write_only_session_sees_what_it_replaced_itself(service: FakeService) -> None:
    await service.save_answers(change({RECESS: Option("good")}), by=service.pupil())
    again = service.pupil(session=ANOTHER_SESSION)
    await service.save_answers(change({RECESS: Option("bad")}, sequence=2), by=again)
    assert await service.answered(again) == {RECESS: Option("bad")}
    assert await service.answered(service.pupil()) == {RECESS: None}


async def test_nobody_and_passed_over_are_different_facts(service: FakeService) -> None:
    await service.save_answers(change({FRIENDS: Nobody()}), by=service.pupil())
    page = await service.read_page(by=service.pupil())
    assert page.answers[0].value == Nobody()
    assert page.answers[0].is_skipped is False


@pytest.mark.parametrize("nothing", [Cleared(), Text("  \n")])
async def test_taking_the_words_away_leaves_the_question_unanswered(
    service: FakeService, nothing: Cleared | Text
) -> None:
    await service.save_answers(change({WORDS: Text("hei")}), by=service.pupil())
    await service.save_answers(change({WORDS: nothing}, sequence=2), by=service.pupil())
    assert await service.answered(service.pupil()) == {}


async def test_the_receipt_counts_what_was_not_answered_as_passed_over(
    service: FakeService,
) -> None:
    said = change({RECESS: Option("good"), FRIENDS: Nobody(), SUBJECTS: Skipped()})
    receipt = await service.submit_answers(said, declines=False, by=service.pupil())
    assert (receipt.answered, receipt.skipped) == (2, len(QUESTIONS) - 2)
    assert receipt.state is ParticipantState.SUBMITTED
    assert receipt.submitted_at == NOW
    again = await service.submit_answers(said, declines=False, by=service.pupil())
    assert again == receipt


async def test_who_does_not_want_to_answer_leaves_nothing(service: FakeService) -> None:
    await service.save_answers(change({RECESS: Option("good")}), by=service.pupil())
    unwanted = change({WORDS: Text("hei")}, sequence=2)
    receipt = await service.submit_answers(unwanted, declines=True, by=service.pupil())
    assert receipt.state is ParticipantState.DECLINED
    assert receipt.answered == 0
    assert await service.answered(service.pupil()) == {}


async def test_withdrawing_takes_everything_back_and_can_be_seen(service: FakeService) -> None:
    said = change({RECESS: Option("good")})
    await service.submit_answers(said, declines=False, by=service.pupil())
    assert await service.withdraw_answers(by=service.pupil()) is ParticipantState.DECLINED
    assert await service.answered(service.pupil()) == {}
    states = [e.state for e in service.kept.events if isinstance(e, ParticipantStateChanged)]
    assert states == [ParticipantState.SUBMITTED, ParticipantState.DECLINED]


async def test_withdrawing_before_beginning_changes_nothing(service: FakeService) -> None:
    assert await service.withdraw_answers(by=service.pupil()) is ParticipantState.NOT_STARTED
    assert service.kept.events == []


async def test_an_answer_after_closing_is_refused_and_changes_nothing(
    service: FakeService,
) -> None:
    of = service.school_class
    await service.save_answers(change({RECESS: Option("good")}), by=service.pupil())
    events = list(service.kept.events)
    await service.seal_survey(of.school_id, of.survey_id)
    events.append(service.kept.events[-1])
    late = change({RECESS: Option("bad")}, sequence=2)
    with pytest.raises(SurveyClosed):
        await service.save_answers(late, by=service.pupil())
    with pytest.raises(SurveyClosed):
        await service.withdraw_answers(by=service.pupil())
    assert service.kept.events == events


async def test_a_late_joiner_can_be_chosen_although_the_list_was_remembered(
    service: FakeService,
) -> None:
    of = service.school_class
    await service.change_participants(
        of.school_id, of.survey_id, of.participants(without=of.eva), 2
    )
    remembered = await service.acceptances.of(of.school_id, of.survey_id)
    await service.change_participants(of.school_id, of.survey_id, of.participants(), 3)
    # Another replica has not heard of the change: it remembers the older list.
    service.acceptances.remembered[of.survey_id] = remembered
    chosen = change({FRIENDS: Nominees((of.eva,))})
    newest = type(chosen)(chosen.page_id, 1, 3, chosen.answers)
    await service.save_answers(newest, by=service.pupil())
    assert await service.answered(service.pupil()) == {FRIENDS: Nominees((of.eva,))}


async def test_a_stale_list_is_never_what_permits_an_answer(service: FakeService) -> None:
    of = service.school_class
    remembered = await service.acceptances.of(of.school_id, of.survey_id)
    await service.change_participants(
        of.school_id, of.survey_id, of.participants(without=of.eva), 2
    )
    service.acceptances.remembered[of.survey_id] = remembered
    await service.save_answers(change({RECESS: Option("good")}), by=service.pupil())
    chosen = change({FRIENDS: Nominees((of.eva,))}, sequence=2)
    newest = type(chosen)(chosen.page_id, 2, 2, chosen.answers)
    with pytest.raises(NomineeUnknown):
        await service.save_answers(newest, by=service.pupil())


async def test_locking_refuses_everything_and_forgets_the_key_and_unlocking_gives_it_back(
    service: FakeService,
) -> None:
    of = service.school_class
    await service.save_answers(change({RECESS: Option("good")}), by=service.pupil())
    await service.lock_survey(of.school_id, of.survey_id)
    await service.lock_survey(of.school_id, of.survey_id)
    assert of.survey_id in service.seals.forgotten
    assert of.survey_id not in service.acceptances.remembered
    with pytest.raises(SurveyIsLocked):
        await service.save_answers(change({RECESS: Option("bad")}), by=service.pupil())
    with pytest.raises(SurveyIsLocked):
        await service.answered(service.pupil())
    await service.unlock_survey(of.school_id, of.survey_id)
    assert await service.answered(service.pupil()) == {RECESS: Option("good")}

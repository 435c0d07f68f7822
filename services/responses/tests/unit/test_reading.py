"""Who may read what was answered, and when (SPEC I2, I8, S8, P3)."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from samspill_kit.ids import SchoolId, StaffId, SurveyId
from samspill_kit.principal import Action, Grant, Level, Permit, Role, Share
from samspill_responses.domain.answers import Change, Option, Skipped, Text
from samspill_responses.domain.errors import (
    PermitMismatch,
    SurveyNotClosed,
    SurveyNotFound,
    SurveyNotYours,
)
from samspill_responses.domain.ids import QuestionId
from samspill_responses.domain.participation import ParticipantState
from samspill_responses.domain.survey import Keepers
from samspill_responses.usecases.list_participant_states import (
    CountParticipantStates,
    ListParticipantStates,
)
from samspill_responses.usecases.seal_survey import SealDueSurveys
from services.responses.tests.fakes import FakeCalendar
from services.responses.tests.sample import RECESS, SUBJECTS, WORDS, SchoolClass
from services.responses.tests.unit.fake_service import READER, FakeService, change

SAID: dict[QuestionId, Change] = {
    RECESS: Option("good"),
    WORDS: Text("Jeg er ofte alene."),
    SUBJECTS: Skipped(),
}


@pytest.fixture
async def service() -> FakeService:
    service = FakeService()
    await service.prepare_survey(service.school_class.preparation())
    await service.submit_answers(change(SAID), declines=False, by=service.pupil())
    return service


def permit(service: FakeService, level: Level = Level.FREE_TEXT) -> Permit:
    of = service.school_class
    return Permit(READER, of.school_id, of.survey_id, level, None, "audit-1")


async def close(service: FakeService) -> None:
    of = service.school_class
    await service.seal_survey(of.school_id, of.survey_id)


async def test_a_permit_opens_the_answers_of_a_closed_survey(service: FakeService) -> None:
    await close(service)
    opened = await service.list_answers(
        service.school_class.survey_id, permit=permit(service), by=service.reader()
    )
    assert {answer.question_id: answer.value for answer in opened.answers} == SAID
    states = {status.participant_id: status.state for status in opened.participants}
    assert states[service.school_class.nora] is ParticipantState.SUBMITTED
    assert states[service.school_class.ali] is ParticipantState.NOT_STARTED


@pytest.mark.parametrize("level", [Level.AGGREGATE, Level.PSEUDONYMOUS, Level.NAMED])
async def test_free_text_is_empty_below_its_level(service: FakeService, level: Level) -> None:
    await close(service)
    opened = await service.list_answers(
        service.school_class.survey_id, permit=permit(service, level), by=service.reader()
    )
    values = {answer.question_id: answer.value for answer in opened.answers}
    assert values == {**SAID, WORDS: Text("")}


async def test_a_permit_for_some_participants_opens_theirs_alone(service: FakeService) -> None:
    await close(service)
    of = service.school_class
    narrow = replace(permit(service), participants=frozenset({of.ali}))
    opened = await service.list_answers(of.survey_id, permit=narrow, by=service.reader())
    assert opened.answers == ()
    assert [status.participant_id for status in opened.participants] == [of.ali]


async def test_nothing_is_opened_before_closing(service: FakeService) -> None:
    with pytest.raises(SurveyNotClosed):
        await service.list_answers(
            service.school_class.survey_id, permit=permit(service), by=service.reader()
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"staff_id": StaffId(UUID(int=666))},
        {"survey_id": SurveyId(UUID(int=666))},
        {"school_id": SchoolId(UUID(int=666))},
    ],
)
async def test_a_permit_of_another_reader_survey_or_school_opens_nothing(
    service: FakeService, wrong: dict[str, StaffId | SurveyId | SchoolId]
) -> None:
    await close(service)
    with pytest.raises(PermitMismatch):
        await service.list_answers(
            service.school_class.survey_id,
            permit=replace(permit(service), **wrong),  # type: ignore[arg-type]  # One field each.
            by=service.reader(),
        )


async def test_status_says_who_is_done_and_another_school_finds_nothing(
    service: FakeService,
) -> None:
    listing = ListParticipantStates(service.kept)
    states = await listing(service.school_class.survey_id, by=service.reader())
    assert len(states) == 4
    foreign = replace(service.reader(), school_id=SchoolClass().school_id)
    with pytest.raises(SurveyNotFound):
        await listing(service.school_class.survey_id, by=foreign)
    counting = CountParticipantStates(service.kept)
    ids = [service.school_class.survey_id, SchoolClass().survey_id]
    counted = await counting(ids, by=service.reader())
    assert [(count.participants, count.submitted, count.started) for count in counted] == [
        (4, 1, 0)
    ]
    assert list(await counting(ids, by=foreign)) == []


async def test_status_is_told_to_creator_leader_reader_and_sharer_alone(
    service: FakeService,
) -> None:
    of = service.school_class
    nobody = replace(service.reader(), grants=())
    told = (
        replace(nobody, staff_id=of.creator),
        replace(nobody, roles=frozenset({Role.LEADER})),
        replace(nobody, shares=(Share(of.survey_id, Level.AGGREGATE),)),
        service.reader(),
    )
    for one in told:
        assert len(await ListParticipantStates(service.kept)(of.survey_id, by=one)) == 4
        assert len(await CountParticipantStates(service.kept)([of.survey_id], by=one)) == 1
    with pytest.raises(SurveyNotYours) as refused:
        await ListParticipantStates(service.kept)(of.survey_id, by=nobody)
    assert refused.value.details["who_can"] == "creator_or_leader"
    assert not await CountParticipantStates(service.kept)([of.survey_id], by=nobody)


async def test_status_of_a_survey_that_nobody_is_known_to_have_made_is_for_leaders(
    service: FakeService,
) -> None:
    older = SchoolClass(school_id=service.school_class.school_id)
    await service.prepare_survey(replace(older.preparation(), keepers=Keepers()))
    everywhere = (Grant(Action.READ_REPORT, Level.FREE_TEXT),)
    reader = replace(service.reader(), grants=everywhere)
    leader = replace(reader, roles=frozenset({Role.LEADER}))
    with pytest.raises(SurveyNotYours):
        await ListParticipantStates(service.kept)(older.survey_id, by=reader)
    assert len(await ListParticipantStates(service.kept)(older.survey_id, by=leader)) == 4


async def test_what_is_past_its_time_is_sealed_and_a_lock_does_not_stop_the_others(
    service: FakeService,
) -> None:
    other = SchoolClass()
    await service.prepare_survey(other.preparation())
    service.clock.at += timedelta(days=8)
    of = service.school_class
    await service.lock_survey(of.school_id, of.survey_id)
    calendar = FakeCalendar(service.kept)
    assert await SealDueSurveys(calendar, service.seal_survey)() == 1
    sealed = service.kept.prepared[(other.school_id, other.survey_id)]
    assert sealed.sealed_at == other.preparation().closes_at
    assert await SealDueSurveys(calendar, service.seal_survey)() == 0

"""Opening: what is fixed, in which order, and how a half-way failure is made good."""

from datetime import timedelta

import pytest

from samspill_surveys.domain import errors
from samspill_surveys.domain.events import SurveyOpened
from samspill_surveys.domain.survey import SurveyState
from services.surveys.tests.fake_service import COLLEAGUE, LEADER, TEACHER, FakeService, staff
from services.surveys.tests.fakes import OtherServiceDown


async def test_opening_fixes_participants_and_readers_and_prepares_responses(
    service: FakeService,
) -> None:
    survey = await service.given_open()

    prepared = service.responses.prepared[survey.id]
    present = service.list_of(survey).present
    assert survey.state is SurveyState.OPEN
    assert survey.participants == len(present) == 4
    assert set(prepared.participants) == {one.participant_id for one in present}
    assert prepared.closes_at == survey.plan.closes_at
    assert prepared.questions == tuple(one.question_id.value for one in survey.plan.questions)
    assert survey.readers == service.identity.readers
    assert service.events == [
        SurveyOpened(survey.school_id, survey.id, service.clock.now(), 4, survey.version)
    ]


async def test_numbers_run_from_one_and_do_not_follow_the_class_list(service: FakeService) -> None:
    service.identity.pupils[service.class_6a] *= 1
    orders = set()
    for _ in range(12):
        survey = await service.given_open()
        listed = await service.list_participants(survey.id, by=TEACHER)
        numbers = tuple(person.number for person in listed.people)
        assert sorted(numbers) == [1, 2, 3, 4]
        orders.add(numbers)

    assert len(orders) > 1, "drawn by lot: twelve equal draws of four would be a miracle"


@pytest.mark.parametrize("down", ["identity", "retention", "responses"])
async def test_a_failure_half_way_leaves_a_draft_that_opens_at_the_next_try(
    service: FakeService, down: str
) -> None:
    draft = await service.given_draft()
    getattr(service, down).is_down = True
    with pytest.raises(OtherServiceDown):
        await service.open_survey(draft.id, by=TEACHER)
    assert service.stored(draft).state is SurveyState.DRAFT
    assert service.events == []

    getattr(service, down).is_down = False
    opened = await service.open_survey(draft.id, by=TEACHER)

    assert opened.state is SurveyState.OPEN
    assert len(service.events) == 1


async def test_participants_fixed_by_a_failed_try_keep_their_ids(service: FakeService) -> None:
    draft = await service.given_draft()
    service.responses.is_down = True
    with pytest.raises(OtherServiceDown):
        await service.open_survey(draft.id, by=TEACHER)
    fixed = {one.participant_id for one in service.list_of(draft).everyone}

    service.responses.is_down = False
    await service.open_survey(draft.id, by=TEACHER)

    assert {one.participant_id for one in service.list_of(draft).present} == fixed


async def test_groups_changed_after_a_failed_try_take_the_first_group_out(
    service: FakeService,
) -> None:
    draft = await service.given_draft()
    service.responses.is_down = True
    with pytest.raises(OtherServiceDown):
        await service.open_survey(draft.id, by=TEACHER)
    service.responses.is_down = False
    wish = service.wish(group_ids=(service.class_6b,))
    await service.change_survey(draft.id, wish, version=draft.version, by=TEACHER)

    opened = await service.open_survey(draft.id, by=TEACHER)

    assert opened.participants == 2
    assert len(service.responses.prepared[draft.id].participants) == 2


async def test_opening_twice_opens_once(service: FakeService) -> None:
    survey = await service.given_open()

    again = await service.open_survey(survey.id, by=TEACHER)

    assert again.version == survey.version
    assert len(service.events) == 1


async def test_a_leader_may_open_what_a_colleague_may_not_even_see(service: FakeService) -> None:
    draft = await service.given_draft()

    with pytest.raises(errors.SurveyNotYours) as refused:
        await service.open_survey(draft.id, by=COLLEAGUE)
    assert refused.value.details["who_can"] == "creator_or_leader"
    assert (await service.open_survey(draft.id, by=LEADER)).state is SurveyState.OPEN


async def test_a_right_withdrawn_since_the_draft_was_made_stops_the_opening(
    service: FakeService,
) -> None:
    draft = await service.given_draft()

    with pytest.raises(errors.MayNotCreateSurvey):
        await service.open_survey(draft.id, by=staff())


async def test_a_closing_time_that_has_passed_is_told_before_anything_is_fixed(
    service: FakeService,
) -> None:
    draft = await service.given_draft()
    service.clock.pass_time(timedelta(days=8))

    with pytest.raises(errors.ClosingTimeNotAhead):
        await service.open_survey(draft.id, by=TEACHER)
    assert service.responses.prepared == {}
    assert service.identity.fixed == set()


async def test_an_empty_group_opens_nothing(service: FakeService) -> None:
    empty = service.identity.given_group("6C", [])
    draft = await service.given_draft(group_ids=(empty,))

    with pytest.raises(errors.SurveyHasNoParticipants):
        await service.open_survey(draft.id, by=TEACHER)
    assert service.stored(draft).state is SurveyState.DRAFT


async def test_a_pupil_of_two_groups_takes_part_once(service: FakeService) -> None:
    shared = service.identity.pupils[service.class_6a][0]
    choir = service.identity.given_group("Kor", [])
    service.identity.pupils[choir] = [shared]
    draft = await service.given_draft(group_ids=(choir,))

    opened = await service.open_survey(draft.id, by=TEACHER)

    assert opened.participants == 1


async def test_a_draft_changed_while_it_was_being_opened_stays_a_draft(
    service: FakeService,
) -> None:
    draft = await service.given_draft()
    answer = service.responses.answer

    def change_meanwhile() -> None:
        service.stored(draft).version += 1
        answer()

    service.responses.answer = change_meanwhile  # type: ignore[method-assign]

    with pytest.raises(errors.SurveyChangedMeanwhile):
        await service.open_survey(draft.id, by=TEACHER)
    assert service.stored(draft).state is SurveyState.DRAFT
    assert service.identity.fixed == {draft.id}

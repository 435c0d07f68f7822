"""Closing: by hand, by responses' own sealing, and by the clock."""

from datetime import timedelta
from uuid import uuid4

import pytest

from samspill_kit.ids import EventId, SurveyId
from samspill_surveys.domain import errors
from samspill_surveys.domain.events import SurveyClosed
from samspill_surveys.domain.survey import SurveyState
from services.surveys.tests.fake_service import (
    LEADER,
    SCHOOL,
    TEACHER,
    FakeService,
    pupil,
    reader_of,
)
from services.surveys.tests.fakes import OtherServiceDown


async def test_closed_means_sealed_at_the_moment_responses_tells(service: FakeService) -> None:
    survey = await service.given_open()
    sealed_at = service.clock.now() - timedelta(seconds=3)
    service.responses.sealed[survey.id] = sealed_at

    closed = await service.close_survey(survey.id, by=TEACHER)

    assert closed.state is SurveyState.CLOSED
    assert closed.closed_at == sealed_at
    assert service.events[-1] == SurveyClosed(SCHOOL, survey.id, sealed_at, closed.version)


async def test_without_responses_a_survey_is_not_called_closed(service: FakeService) -> None:
    survey = await service.given_open()
    service.responses.is_down = True

    with pytest.raises(OtherServiceDown):
        await service.close_survey(survey.id, by=TEACHER)
    assert service.stored(survey).state is SurveyState.OPEN


async def test_closing_needs_neither_retention_nor_identity(service: FakeService) -> None:
    survey = await service.given_open()
    service.retention.is_down = True
    service.identity.is_down = True

    assert (await service.close_survey(survey.id, by=LEADER)).state is SurveyState.CLOSED


async def test_closing_twice_closes_once_and_never_reopens(service: FakeService) -> None:
    survey = await service.given_open()
    closed = await service.close_survey(survey.id, by=TEACHER)
    again = await service.close_survey(survey.id, by=TEACHER)

    assert again.closed_at == closed.closed_at
    assert [type(event).__name__ for event in service.events] == ["SurveyOpened", "SurveyClosed"]
    with pytest.raises(errors.SurveyAlreadyClosed):
        await service.open_survey(survey.id, by=TEACHER)


async def test_a_draft_cannot_be_closed(service: FakeService) -> None:
    draft = await service.given_draft()

    with pytest.raises(errors.SurveyNotOpen):
        await service.close_survey(draft.id, by=TEACHER)


async def test_a_reader_who_did_not_make_it_cannot_close_it(service: FakeService) -> None:
    survey = await service.given_open()

    with pytest.raises(errors.NotSurveyOwner):
        await service.close_survey(survey.id, by=reader_of(service.class_6a))


async def test_the_news_of_a_sealing_closes_once_however_often_it_comes(
    service: FakeService,
) -> None:
    survey = await service.given_open()
    news = EventId(uuid4())

    for told_as in (news, news, EventId(uuid4())):
        await service.note_sealing(
            SCHOOL, survey.id, sealed_at=survey.plan.closes_at, told_as=told_as
        )

    assert service.stored(survey).closed_at == survey.plan.closes_at
    assert [type(event).__name__ for event in service.events] == ["SurveyOpened", "SurveyClosed"]


async def test_news_about_an_unknown_locked_or_erased_survey_is_dropped(
    service: FakeService,
) -> None:
    locked = await service.given_open()
    await service.lock_survey(SCHOOL, locked.id)
    erased = await service.given_open()
    await service.erase_survey(SCHOOL, erased.id)
    before = list(service.events)

    for survey_id in (SurveyId(uuid4()), locked.id, erased.id):
        await service.note_sealing(
            SCHOOL, survey_id, sealed_at=service.clock.now(), told_as=EventId(uuid4())
        )

    assert service.events == before


async def test_a_survey_whose_time_has_passed_reads_as_closed_at_once(
    service: FakeService,
) -> None:
    survey = await service.given_open()
    service.clock.at = survey.plan.closes_at

    shown = await service.get_survey(survey.id, by=TEACHER)
    form = await service.get_form(
        by=pupil(survey, service.list_of(survey).present[0].participant_id)
    )

    assert shown.state_at(service.clock.now()) is SurveyState.CLOSED
    assert form.state is SurveyState.CLOSED
    with pytest.raises(errors.SurveyAlreadyClosed):
        await service.refresh_participants(survey.id, by=TEACHER)

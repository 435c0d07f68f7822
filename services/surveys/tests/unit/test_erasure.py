"""Lock, unlock, erase: what a deletion does here (SPEC T2, T4)."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest

from samspill_kit.ids import SurveyId
from samspill_surveys.domain import errors
from samspill_surveys.domain.survey import Survey
from services.surveys.tests.fake_service import SCHOOL, TEACHER, FakeService, pupil

Doing = Callable[[FakeService, Survey], Awaitable[object]]

WHAT_A_LOCK_STOPS: dict[str, Doing] = {
    "names": lambda service, survey: service.list_participants(survey.id, by=TEACHER),
    "form": lambda service, survey: service.get_form(
        by=pupil(survey, service.list_of(survey).present[0].participant_id)
    ),
    "close": lambda service, survey: service.close_survey(survey.id, by=TEACHER),
    "refresh": lambda service, survey: service.refresh_participants(survey.id, by=TEACHER),
    "open": lambda service, survey: service.open_survey(survey.id, by=TEACHER),
    "change": lambda service, survey: service.change_survey(
        survey.id, service.wish(), version=survey.version, by=TEACHER
    ),
    "discard": lambda service, survey: service.discard_draft(survey.id, by=TEACHER),
}


@pytest.mark.parametrize("what", WHAT_A_LOCK_STOPS)
async def test_a_lock_stops_everything_and_drops_the_key(service: FakeService, what: str) -> None:
    survey = await service.given_open()
    await service.lock_survey(SCHOOL, survey.id)

    with pytest.raises(errors.SurveyIsLocked):
        await WHAT_A_LOCK_STOPS[what](service, survey)
    assert service.retention.held == set()


@pytest.mark.parametrize("what", ["names", "form", "refresh", "close"])
async def test_a_lock_taken_back_gives_everything_back(service: FakeService, what: str) -> None:
    survey = await service.given_open()
    await service.lock_survey(SCHOOL, survey.id)
    await service.lock_survey(SCHOOL, survey.id)

    await service.unlock_survey(SCHOOL, survey.id)
    await service.unlock_survey(SCHOOL, survey.id)

    await WHAT_A_LOCK_STOPS[what](service, survey)


async def test_a_locked_survey_is_still_seen_in_the_list_as_locked(service: FakeService) -> None:
    survey = await service.given_open()
    await service.lock_survey(SCHOOL, survey.id)

    assert (await service.get_survey(survey.id, by=TEACHER)).is_locked
    assert [line.is_locked for line in await service.list_surveys(by=TEACHER)] == [True]


async def test_erasing_tells_the_sums_again_when_it_is_repeated(service: FakeService) -> None:
    survey = await service.given_open()
    await service.lock_survey(SCHOOL, survey.id)

    first = await service.erase_survey(SCHOOL, survey.id)
    again = await service.erase_survey(SCHOOL, survey.id)

    assert first == again
    assert (first["surveys"], first["survey_participants"], first["survey_questions"]) == (1, 4, 3)
    with pytest.raises(errors.SurveyNotFound):
        await service.get_survey(survey.id, by=TEACHER)


async def test_erasing_what_was_never_here_is_acknowledged(service: FakeService) -> None:
    rows = await service.erase_survey(SCHOOL, SurveyId(uuid4()))

    assert sum(rows.values()) == 0

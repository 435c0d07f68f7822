"""When a survey dies (SPEC T1)."""

from datetime import date, timedelta

import pytest

from samspill_retention.domain.errors import (
    DeleteOnPastCeiling,
    SurveyIsLocked,
    SurveyNotFound,
)
from samspill_retention.domain.lifetime import ceiling_after
from services.retention.tests.fake_service import FakeService
from services.retention.tests.sample import LAST_DAY, NOW, School


@pytest.fixture
async def service() -> FakeService:
    return await FakeService().registered()


@pytest.mark.parametrize(
    ("created_on", "ceiling_on"),
    [
        (date(2026, 11, 23), date(2030, 11, 23)),
        (date(2024, 2, 29), date(2028, 2, 29)),
        (date(2096, 2, 29), date(2100, 2, 28)),
    ],
)
def test_the_ceiling_is_four_years_after_creation(created_on: date, ceiling_on: date) -> None:
    assert ceiling_after(created_on) == ceiling_on


def test_no_lifetime_reaches_past_its_ceiling() -> None:
    last = School().lifetime(delete_on=date(2030, 11, 23))
    with pytest.raises(DeleteOnPastCeiling) as refused:
        last.deleted_on(date(2030, 11, 24))
    assert refused.value.details["ceiling_on"] == "2030-11-23"


def test_a_survey_is_due_on_its_last_day_and_not_before() -> None:
    lifetime = School().lifetime()
    assert not lifetime.is_due(today=LAST_DAY - timedelta(days=1))
    assert lifetime.is_due(today=LAST_DAY)


async def test_registering_again_keeps_the_first_registration_and_key(
    service: FakeService,
) -> None:
    key = await service.keys.survey_key(service.school.survey_id)
    again = await service.register(
        service.school.id,
        service.school.survey_id,
        created_by=service.school.colleague.staff_id,
        delete_on=date(2030, 1, 1),
    )
    assert (again.created_by, again.delete_on) == (service.school.creator_id, LAST_DAY)
    assert await service.keys.survey_key(service.school.survey_id) == key


async def test_a_last_day_past_the_ceiling_registers_nothing_and_makes_no_key() -> None:
    service = FakeService()
    school = service.school
    with pytest.raises(DeleteOnPastCeiling):
        await service.register(
            school.id, school.survey_id, created_by=school.creator_id, delete_on=date(2031, 1, 1)
        )
    assert service.storage.rows.lifetimes == {}
    assert service.keys.kept == {}


async def test_the_last_day_can_be_moved_until_a_deletion_is_asked_for(
    service: FakeService,
) -> None:
    school = service.school
    await service.change_delete_on(school.id, school.survey_id, delete_on=date(2028, 1, 1))
    kept = service.storage.rows.lifetimes[(school.id, school.survey_id)]
    assert kept.delete_on == date(2028, 1, 1)
    await service.delete()
    with pytest.raises(SurveyIsLocked):
        await service.change_delete_on(school.id, school.survey_id, delete_on=LAST_DAY)


async def test_another_schools_survey_does_not_exist(service: FakeService) -> None:
    with pytest.raises(SurveyNotFound):
        await service.change_delete_on(School().id, service.school.survey_id, delete_on=LAST_DAY)


async def test_a_closing_told_twice_is_noted_once(service: FakeService) -> None:
    school = service.school
    for closed_at in (NOW, NOW + timedelta(days=1)):
        await service.note_closing(
            school.id, school.survey_id, closed_at=closed_at, delivered_as="event-1"
        )
    assert service.storage.rows.lifetimes[(school.id, school.survey_id)].closed_at == NOW

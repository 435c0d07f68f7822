"""Who gets which key (SPEC P1, I4)."""

from itertools import product

import pytest

from samspill_retention.domain.errors import KeyIsGone, PurposeNotForCaller, SurveyNotFound
from samspill_retention.usecases.issue_keys import OWNER_OF_PURPOSE
from services.retention.tests.fake_service import FakeService
from services.retention.tests.sample import School

SERVICES = ("identity", "surveys", "responses", "reports")


@pytest.fixture
async def service() -> FakeService:
    return await FakeService().registered()


@pytest.mark.parametrize(("purpose", "caller"), list(product(OWNER_OF_PURPOSE, SERVICES)))
async def test_a_sub_key_is_for_one_service_alone(
    service: FakeService, purpose: str, caller: str
) -> None:
    if OWNER_OF_PURPOSE[purpose] == caller:
        assert len(await service.issued(purpose, caller=caller)) == 32
    else:
        with pytest.raises(PurposeNotForCaller):
            await service.issued(purpose, caller=caller)


async def test_sub_keys_differ_by_purpose_and_are_the_same_each_time(service: FakeService) -> None:
    keys = {
        await service.issued(purpose, caller=owner)
        for purpose, owner in [*OWNER_OF_PURPOSE.items(), *OWNER_OF_PURPOSE.items()]
    }
    assert len(keys) == len(OWNER_OF_PURPOSE)
    assert await service.keys.survey_key(service.school.survey_id) not in keys


async def test_another_school_gets_no_key_of_this_survey(service: FakeService) -> None:
    with pytest.raises(SurveyNotFound):
        await service.issue(School().id, service.school.survey_id, "answers", caller="responses")


async def test_a_registered_survey_whose_key_is_gone_says_so(service: FakeService) -> None:
    await service.keys.destroy_survey_key(service.school.survey_id)
    with pytest.raises(KeyIsGone):
        await service.issued()

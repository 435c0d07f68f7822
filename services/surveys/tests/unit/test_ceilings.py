"""What the municipality lets its schools do holds when a survey is made, changed and opened."""

from datetime import date, timedelta

import pytest

from samspill_surveys.domain.bank import CatalogueBank
from samspill_surveys.domain.ceilings import Ceilings
from samspill_surveys.domain.errors import FreeTextNotAllowed, KeptTooLong
from services.surveys.tests.fake_service import SCHOOL, TEACHER, FakeService, asked

NO_TEXT = Ceilings(free_text_bands=("1-4", "8-10"))
SHORT = Ceilings(longest_keep_days=30)
LAST_DAY = date(2026, 12, 23)


async def test_a_survey_that_nobody_dated_ends_in_time(service: FakeService) -> None:
    service.identity.ceilings = SHORT
    draft = await service.given_draft()
    assert draft.plan.lifetime.delete_on == LAST_DAY
    assert service.retention.delete_on[draft.id] == LAST_DAY


async def test_the_last_day_is_allowed_and_the_day_after_refused(service: FakeService) -> None:
    service.identity.ceilings = SHORT
    assert (await service.given_draft(delete_on=LAST_DAY)).plan.lifetime.delete_on == LAST_DAY
    before = len(service.database.shelf(SCHOOL).surveys)
    with pytest.raises(KeptTooLong) as refused:
        await service.given_draft(delete_on=LAST_DAY + timedelta(days=1))
    assert refused.value.details["last_day"] == LAST_DAY.isoformat()
    assert len(service.database.shelf(SCHOOL).surveys) == before
    assert len(service.retention.delete_on) == before


async def test_free_text_is_refused_in_a_band_that_may_not_be_asked_for_it(
    service: FakeService,
) -> None:
    service.identity.ceilings = NO_TEXT
    with pytest.raises(FreeTextNotAllowed):
        await service.given_draft(questions=asked("thrive", "own_words"))
    await service.given_draft(questions=asked("thrive"))


async def test_a_change_beyond_the_ceilings_is_refused(service: FakeService) -> None:
    draft = await service.given_draft(questions=asked("thrive"))
    service.identity.ceilings = NO_TEXT
    wish = service.wish(questions=asked("own_words"))
    with pytest.raises(FreeTextNotAllowed):
        await service.change_survey(draft.id, wish, version=draft.version, by=TEACHER)
    assert service.stored(draft).plan == draft.plan


@pytest.mark.parametrize(
    ("ceilings", "refusal"), [(NO_TEXT, FreeTextNotAllowed), (SHORT, KeptTooLong)]
)
async def test_ceilings_set_after_a_draft_was_made_stop_its_opening(
    service: FakeService, ceilings: Ceilings, refusal: type[Exception]
) -> None:
    draft = await service.given_draft()
    service.identity.ceilings = ceilings
    with pytest.raises(refusal):
        await service.open_survey(draft.id, by=TEACHER)
    assert not service.responses.prepared
    service.identity.ceilings = Ceilings()
    await service.open_survey(draft.id, by=TEACHER)


def test_the_bank_knows_which_questions_ask_for_free_text() -> None:
    texts = [one.is_free_text for one in CatalogueBank().ready_set("5-7")]
    assert any(texts)
    assert not all(texts)


async def test_languages_are_fixed_at_opening(service: FakeService) -> None:
    service.identity.ceilings = Ceilings(languages=("nb", "nn"))
    survey = await service.given_open()
    service.identity.ceilings = Ceilings(languages=("nb",))
    assert service.stored(survey).languages == ("nb", "nn")

"""Sharing: identity decides, and the pupils are told of a reader who comes after the opening."""

from uuid import uuid4

import pytest

from samspill_kit.ids import StaffId
from samspill_kit.principal import Level
from samspill_surveys.domain import errors
from samspill_surveys.domain.survey import Reader
from services.surveys.tests.fake_service import (
    LEADER,
    STRANGER,
    TEACHER,
    FakeService,
    pupil,
    reader_of,
)
from services.surveys.tests.fakes import OtherServiceDown

OLA = StaffId(uuid4())
WISHED = {"wished": Level.NAMED, "reason": "Skal følge opp klassen."}


async def test_sharing_a_draft_is_identitys_to_know_and_leaves_it_as_it_was(
    service: FakeService,
) -> None:
    draft = await service.given_draft()

    shared = await service.share_survey(draft.id, OLA, **WISHED, by=TEACHER)

    assert service.identity.shared[draft.id, OLA] == (Level.NAMED, WISHED["reason"])
    assert (shared.readers, shared.version) == ((), draft.version)
    opened = await service.open_survey(draft.id, by=TEACHER)
    assert OLA in [reader.staff_id for reader in opened.readers]


async def test_a_reader_who_comes_after_the_opening_stands_on_the_pupils_page(
    service: FakeService,
) -> None:
    survey = await service.given_open()
    anybody = pupil(survey, service.list_of(survey).present[0].participant_id)

    await service.share_survey(survey.id, OLA, **WISHED, by=LEADER)
    told = (await service.get_form(by=anybody)).survey.readers
    assert [reader.display_name for reader in told] == ["Kari Holm", "Ola Nes"]

    await service.end_share(survey.id, OLA, by=LEADER)
    told = (await service.get_form(by=anybody)).survey.readers
    assert [reader.display_name for reader in told] == ["Kari Holm"]


async def test_the_last_reader_can_be_taken_away(service: FakeService) -> None:
    service.identity.readers = ()
    survey = await service.given_open()
    await service.share_survey(survey.id, OLA, **WISHED, by=LEADER)

    assert (await service.end_share(survey.id, OLA, by=LEADER)).readers == ()
    assert service.stored(survey).readers == ()


async def test_only_the_creator_and_leaders_get_as_far_as_identity(service: FakeService) -> None:
    survey = await service.given_open()

    for someone in (reader_of(service.class_6a), STRANGER):
        with pytest.raises((errors.NotSurveyOwner, errors.SurveyNotFound)):
            await service.share_survey(survey.id, OLA, **WISHED, by=someone)
        with pytest.raises((errors.NotSurveyOwner, errors.SurveyNotFound)):
            await service.end_share(survey.id, OLA, by=someone)
    assert service.identity.shared == {}


async def test_a_locked_survey_is_not_shared(service: FakeService) -> None:
    survey = await service.given_open()
    await service.lock_survey(survey.school_id, survey.id)

    with pytest.raises(errors.SurveyIsLocked):
        await service.share_survey(survey.id, OLA, **WISHED, by=LEADER)
    assert service.identity.shared == {}


async def test_what_identity_refuses_changes_nothing(service: FakeService) -> None:
    survey = await service.given_open()
    service.identity.is_down = True

    with pytest.raises(OtherServiceDown):
        await service.share_survey(survey.id, OLA, **WISHED, by=LEADER)
    assert service.stored(survey) == survey


async def test_an_answer_that_another_share_has_overtaken_is_asked_for_again(
    service: FakeService,
) -> None:
    survey = await service.given_open()
    late = Reader(StaffId(uuid4()), "Eva Vik", "leader")

    def another_share_is_stored_first() -> None:
        service.identity.readers = (*service.identity.readers, late)
        service.stored(survey).follow_readers(service.identity.readers)

    service.identity.meanwhile = another_share_is_stored_first
    shared = await service.share_survey(survey.id, OLA, **WISHED, by=LEADER)

    assert [one.display_name for one in shared.readers] == ["Kari Holm", "Ola Nes", "Eva Vik"]
    assert service.stored(survey).readers == shared.readers


async def test_an_opening_under_way_does_not_forget_the_new_reader(service: FakeService) -> None:
    draft = await service.given_draft()
    service.identity.fixed.add(draft.id)

    await service.share_survey(draft.id, OLA, **WISHED, by=LEADER)

    assert service.stored(draft).version == draft.version + 1

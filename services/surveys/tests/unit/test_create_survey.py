"""Making a draft: rights, dates, questions, and harmless repetition."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from samspill_kit.ids import GroupId
from samspill_kit.principal import Action, Grant
from samspill_surveys.domain import errors
from samspill_surveys.domain.question import Choice, LegalMode
from samspill_surveys.domain.survey import SurveyState
from services.surveys.tests.fake_service import (
    IDENTITY_NUMBER,
    SCHOOL,
    TEACHER,
    FakeService,
    asked,
    staff,
)
from services.surveys.tests.fakes import OtherServiceDown


async def test_a_draft_has_the_ready_set_and_lives_until_the_end_of_the_school_year(
    service: FakeService,
) -> None:
    draft = await service.given_draft()

    assert draft.state is SurveyState.DRAFT
    assert [one.entry.key for one in draft.plan.questions] == ["thrive", "breaks_with", "own_words"]
    assert [group.name for group in draft.plan.groups] == ["6A"]
    assert draft.plan.lifetime.delete_on == date(2027, 6, 30)
    assert draft.plan.lifetime.ceiling_on == date(2030, 11, 23)
    assert service.stored(draft).plan == draft.plan


async def test_key_and_creator_are_known_elsewhere_before_the_draft_exists(
    service: FakeService,
) -> None:
    draft = await service.given_draft()

    assert service.retention.delete_on == {draft.id: date(2027, 6, 30)}
    assert service.identity.recorded == {draft.id: (service.class_6a,)}
    assert service.events == []


@pytest.mark.parametrize("down", ["identity", "retention"])
async def test_a_failure_half_way_leaves_nothing_and_the_repeat_makes_one_survey(
    service: FakeService, down: str
) -> None:
    key = uuid4()
    getattr(service, down).is_down = True
    with pytest.raises(OtherServiceDown):
        await service.create_survey(service.wish(), band="5-7", request_key=key, by=TEACHER)
    assert service.database.shelf(SCHOOL).surveys == {}

    getattr(service, down).is_down = False
    first = await service.create_survey(service.wish(), band="5-7", request_key=key, by=TEACHER)
    again = await service.create_survey(service.wish(), band="5-7", request_key=key, by=TEACHER)

    assert first.id == again.id
    assert list(service.database.shelf(SCHOOL).surveys) == [first.id]
    assert list(service.retention.delete_on) == [first.id]


async def test_the_same_key_of_another_person_is_another_survey(service: FakeService) -> None:
    key = uuid4()
    other = replace(TEACHER, staff_id=type(TEACHER.staff_id)(UUID(int=77)))

    mine = await service.create_survey(service.wish(), band="5-7", request_key=key, by=TEACHER)
    theirs = await service.create_survey(service.wish(), band="5-7", request_key=key, by=other)

    assert mine.id != theirs.id


async def test_every_group_needs_the_right_to_create(service: FakeService) -> None:
    only_6a = staff(Grant(Action.CREATE_SURVEY, None, service.class_6a))

    await service.given_draft(only_6a)
    with pytest.raises(errors.MayNotCreateSurvey):
        await service.given_draft(only_6a, group_ids=(service.class_6a, service.class_6b))


async def test_a_group_of_no_school_or_another_school_is_unknown(service: FakeService) -> None:
    with pytest.raises(errors.GroupUnknown):
        await service.given_draft(group_ids=(GroupId(uuid4()),))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"title": "   "}, errors.TitleEmpty),
        ({"title": f"Om {IDENTITY_NUMBER}"}, errors.TitleHoldsNationalIdentityNumber),
        ({"closes_at": datetime(2026, 11, 23, 8, 0, tzinfo=UTC)}, errors.ClosingTimeNotAhead),
        ({"delete_on": date(2026, 11, 30)}, errors.SurveyClosesAfterDeletion),
        ({"delete_on": date(2030, 11, 24)}, errors.DeleteOnPastCeiling),
        ({"mode": LegalMode.SUSPICION}, errors.SuspicionModeNotReady),
        ({"questions": asked("nonsense")}, errors.QuestionUnknown),
        ({"questions": asked("thrive", "thrive")}, errors.QuestionRepeated),
        ({"questions": (Choice("thrive", 3),)}, errors.MaximumWithoutNomination),
        ({"questions": asked("left_alone")}, errors.QuestionNotAllowedInPreventiveMode),
    ],
)
async def test_what_a_draft_may_not_be_is_refused_and_changes_nothing(
    service: FakeService, changes: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await service.given_draft(**changes)

    assert service.database.shelf(SCHOOL).surveys == {}
    assert service.retention.delete_on == {}


async def test_an_error_never_repeats_the_identity_number(service: FakeService) -> None:
    with pytest.raises(errors.TitleHoldsNationalIdentityNumber) as refused:
        await service.given_draft(title=f"Om {IDENTITY_NUMBER}")

    assert IDENTITY_NUMBER not in f"{refused.value} {refused.value.details}"


async def test_a_nomination_takes_the_catalogues_maximum_unless_one_is_chosen(
    service: FakeService,
) -> None:
    usual = await service.given_draft(questions=asked("breaks_with"))
    unlimited = await service.given_draft(questions=(Choice("breaks_with", 0),))

    assert usual.plan.questions[0].max_nominees == 3
    assert unlimited.plan.questions[0].max_nominees == 0


async def test_the_last_day_allowed_is_the_ceiling(service: FakeService) -> None:
    draft = await service.given_draft(delete_on=date(2030, 11, 23))

    assert draft.plan.lifetime.delete_on == draft.plan.lifetime.ceiling_on


async def test_a_discarded_draft_does_not_come_back_with_a_late_repeat(
    service: FakeService,
) -> None:
    key = uuid4()
    draft = await service.create_survey(service.wish(), band="5-7", request_key=key, by=TEACHER)
    await service.discard_draft(draft.id, by=TEACHER)

    with pytest.raises(errors.SurveyNotFound):
        await service.create_survey(service.wish(), band="5-7", request_key=key, by=TEACHER)


async def test_changing_a_draft_keeps_the_ids_of_questions_that_stay(service: FakeService) -> None:
    draft = await service.given_draft()
    wish = service.wish(
        title="Nytt navn",
        group_ids=(service.class_6b,),
        delete_on=date(2027, 3, 1),
        questions=asked("own_words", "thrive"),
    )

    changed = await service.change_survey(draft.id, wish, version=draft.version, by=TEACHER)

    before = {one.entry.key: one.question_id for one in draft.plan.questions}
    after = {one.entry.key: one.question_id for one in changed.plan.questions}
    assert after == {key: before[key] for key in ("own_words", "thrive")}
    assert list(after) == ["own_words", "thrive"]
    assert changed.version == draft.version + 1
    assert service.retention.delete_on[draft.id] == date(2027, 3, 1)
    assert service.identity.recorded[draft.id] == (service.class_6b,)


async def test_the_slower_of_two_editors_is_told(service: FakeService) -> None:
    draft = await service.given_draft()
    await service.change_survey(draft.id, service.wish(), version=draft.version, by=TEACHER)

    with pytest.raises(errors.SurveyChangedMeanwhile):
        await service.change_survey(draft.id, service.wish(), version=draft.version, by=TEACHER)


async def test_an_open_survey_is_neither_changed_nor_discarded(service: FakeService) -> None:
    survey = await service.given_open()

    with pytest.raises(errors.SurveyNotADraft):
        await service.change_survey(survey.id, service.wish(), version=survey.version, by=TEACHER)
    with pytest.raises(errors.SurveyNotADraft):
        await service.discard_draft(survey.id, by=TEACHER)


async def test_a_draft_cannot_be_moved_past_its_first_ceiling(service: FakeService) -> None:
    draft = await service.given_draft()
    service.clock.pass_time(timedelta(days=5))

    with pytest.raises(errors.DeleteOnPastCeiling):
        await service.change_survey(
            draft.id,
            service.wish(delete_on=date(2030, 11, 24)),
            version=draft.version,
            by=TEACHER,
        )

"""How a survey is prepared, changed and sealed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from samspill_responses.domain.errors import SurveyClosed
from samspill_responses.domain.events import SurveySealed
from samspill_responses.domain.survey import PreparedSurvey
from services.responses.tests.sample import NOW, QUESTIONS, SchoolClass

CLASS = SchoolClass()


def test_preparing_twice_changes_nothing() -> None:
    survey = PreparedSurvey.begin(CLASS.preparation())
    before = survey.acceptance
    survey.prepare(CLASS.preparation())
    assert survey.acceptance == before


def test_a_changed_form_is_a_new_version() -> None:
    survey = PreparedSurvey.begin(CLASS.preparation())
    before = survey.acceptance.version
    survey.prepare(replace(CLASS.preparation(), questions=QUESTIONS[:2]))
    assert survey.acceptance.version == before + 1
    assert set(survey.acceptance.questions) == {question.id for question in QUESTIONS[:2]}


@pytest.mark.parametrize("list_version", [0, 1])
def test_an_older_list_changes_nothing(list_version: int) -> None:
    survey = PreparedSurvey.begin(CLASS.preparation())
    before = survey.acceptance
    survey.change_participants((), list_version)
    assert survey.acceptance == before


def test_who_comes_back_is_a_participant_again() -> None:
    survey = PreparedSurvey.begin(CLASS.preparation())
    survey.change_participants(CLASS.participants(without=CLASS.ali), 2)
    assert survey.acceptance.memberships[CLASS.ali].until == 2
    survey.change_participants(CLASS.participants(), 3)
    assert survey.acceptance.memberships[CLASS.ali].until is None


def test_sealing_twice_gives_the_same_moment_and_one_fact() -> None:
    survey = PreparedSurvey.begin(CLASS.preparation())
    sealed_at = survey.seal(at=NOW)
    assert survey.seal(at=NOW + timedelta(hours=1)) == sealed_at == NOW
    assert survey.take_events() == [SurveySealed(CLASS.school_id, CLASS.survey_id, NOW)]


def test_a_survey_is_never_sealed_later_than_its_closing_time() -> None:
    told = CLASS.preparation()
    survey = PreparedSurvey.begin(told)
    assert survey.seal(at=told.closes_at + timedelta(hours=1)) == told.closes_at


def test_a_sealed_survey_is_never_changed_again() -> None:
    survey = PreparedSurvey.begin(CLASS.preparation())
    survey.seal(at=NOW)
    with pytest.raises(SurveyClosed):
        survey.prepare(CLASS.preparation())
    with pytest.raises(SurveyClosed):
        survey.change_participants((), 9)

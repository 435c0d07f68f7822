"""What the form and the list of participants allow (SPEC S3, S4, R4, I6)."""

import pytest

from samspill_kit.errors import DomainError
from samspill_responses.domain.acceptance import Acceptance
from samspill_responses.domain.answers import (
    Answer,
    Change,
    Cleared,
    Nobody,
    Nominees,
    Option,
    Options,
    Skipped,
    Text,
)
from samspill_responses.domain.errors import (
    AnswerKindWrong,
    ListVersionUnknown,
    NationalIdentityNumber,
    NomineeUnknown,
    OptionUnknown,
    ParticipantNotFound,
    QuestionAnsweredTwice,
    QuestionUnknown,
    TooManyNominees,
)
from samspill_responses.domain.ids import QuestionId
from samspill_responses.domain.survey import PreparedSurvey
from services.responses.tests.sample import (
    FRIENDS,
    QUESTIONS,
    RECESS,
    SUBJECTS,
    WORDS,
    SchoolClass,
    made_up_number,
)

CLASS = SchoolClass()


@pytest.fixture
def acceptance() -> Acceptance:
    return PreparedSurvey.begin(CLASS.preparation()).acceptance


def check(acceptance: Acceptance, question: QuestionId, change: Change) -> None:
    acceptance.check([Answer(question, change)], by=CLASS.nora, list_version=1)


@pytest.mark.parametrize(
    ("question", "change"),
    [
        (RECESS, Option("good")),
        (SUBJECTS, Options(("maths", "art"))),
        (WORDS, Text("Vi leker sisten.")),
        (FRIENDS, Nominees((CLASS.ali, CLASS.eva))),
        (FRIENDS, Nobody()),
    ],
)
def test_an_answer_of_the_questions_kind_is_accepted(
    acceptance: Acceptance, question: QuestionId, change: Change
) -> None:
    check(acceptance, question, change)


@pytest.mark.parametrize("change", [Skipped(), Cleared()])
@pytest.mark.parametrize("question", [question.id for question in QUESTIONS])
def test_every_question_can_be_passed_over_and_cleared(
    acceptance: Acceptance, question: QuestionId, change: Change
) -> None:
    check(acceptance, question, change)


@pytest.mark.parametrize(
    ("question", "change", "error"),
    [
        (QuestionId(CLASS.nora.value), Option("good"), QuestionUnknown),
        (RECESS, Option("excellent"), OptionUnknown),
        (RECESS, Options(("good",)), AnswerKindWrong),
        (RECESS, Nobody(), AnswerKindWrong),
        (WORDS, Option("good"), AnswerKindWrong),
        (SUBJECTS, Options(("maths", "chess")), OptionUnknown),
        (SUBJECTS, Options(("maths", "maths")), OptionUnknown),
        (FRIENDS, Text("Ali"), AnswerKindWrong),
        (FRIENDS, Nominees((CLASS.nora,)), NomineeUnknown),
        (FRIENDS, Nominees((CLASS.ali, CLASS.ali)), NomineeUnknown),
        (FRIENDS, Nominees((CLASS.stranger,)), NomineeUnknown),
        (FRIENDS, Nominees((SchoolClass().ali,)), NomineeUnknown),
        (FRIENDS, Nominees((CLASS.ali, CLASS.eva, CLASS.stranger)), TooManyNominees),
        (WORDS, Text(f"nummeret mitt er {made_up_number()}"), NationalIdentityNumber),
    ],
)
def test_what_the_form_does_not_allow_is_refused_without_repeating_it(
    acceptance: Acceptance, question: QuestionId, change: Change, error: type[DomainError]
) -> None:
    with pytest.raises(error) as caught:
        check(acceptance, question, change)
    said = f"{caught.value} {caught.value.details}"
    assert made_up_number() not in said
    assert str(CLASS.stranger) not in said


def test_one_save_names_each_question_once(acceptance: Acceptance) -> None:
    twice = [Answer(RECESS, Option("good")), Answer(RECESS, Option("bad"))]
    with pytest.raises(QuestionAnsweredTwice):
        acceptance.check(twice, by=CLASS.nora, list_version=1)


def test_a_page_cannot_claim_a_list_that_does_not_exist(acceptance: Acceptance) -> None:
    with pytest.raises(ListVersionUnknown):
        acceptance.check([], by=CLASS.nora, list_version=2)


def test_only_participants_answer(acceptance: Acceptance) -> None:
    with pytest.raises(ParticipantNotFound):
        acceptance.check([], by=SchoolClass().nora, list_version=1)


class TestAfterSomeoneLeft:
    @pytest.fixture
    def acceptance(self) -> Acceptance:
        survey = PreparedSurvey.begin(CLASS.preparation())
        survey.change_participants(CLASS.participants(without=CLASS.ali), 2)
        return survey.acceptance

    def test_a_page_that_still_shows_them_may_choose_them(self, acceptance: Acceptance) -> None:
        answer = Answer(FRIENDS, Nominees((CLASS.ali,)))
        acceptance.check([answer], by=CLASS.nora, list_version=1)

    def test_a_page_with_the_newer_list_may_not(self, acceptance: Acceptance) -> None:
        answer = Answer(FRIENDS, Nominees((CLASS.ali,)))
        with pytest.raises(NomineeUnknown):
            acceptance.check([answer], by=CLASS.nora, list_version=2)

    def test_who_left_answers_no_more(self, acceptance: Acceptance) -> None:
        with pytest.raises(ParticipantNotFound):
            acceptance.check([], by=CLASS.ali, list_version=1)

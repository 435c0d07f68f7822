"""Questions drawn beforehand look exactly as if drawn for this pupil alone (SPEC S7, I7)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from samspill_gateway.language import LANGUAGES
from samspill_gateway.pages.frame import environments
from samspill_gateway.pages.pupil_form import Choice, Classmate, QuestionView
from samspill_gateway.pages.question_sheet import QuestionSheet

OPTIONS = (Choice("ofte", "Ofte & gjerne"), Choice("aldri", "Aldri"))
NAMES = (Classmate("p-1", "Ada"), Classmate("p-2", "Bo <b>"), Classmate("p-3", "Carl"))
NOMINATION = QuestionView("q-1", 1, "nomination", "Hvem?", "", (), NAMES, 3, {"skipped": False})
SCALE = QuestionView("q-2", 2, "scale_faces", "Hvordan?", "", OPTIONS, (), 0, {"skipped": False})
TEXT = QuestionView("q-3", 3, "free_text", "Hva?", "Skriv", (), (), 0, {"skipped": False})
EVERY_KIND = (NOMINATION, SCALE, TEXT)


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def sheet(language: str) -> QuestionSheet:
    return QuestionSheet(environments()[language], total=3)


def as_for_one(language: str, question: QuestionView, error: str | None = None) -> str:
    drawn = (
        environments()[language]
        .get_template("components/question.html")
        .module.question(  # type: ignore[attr-defined]
            question,
            question.number,
            3,
            answer=question.answer,
            names=question.names,
            answered_before=question.answered_before,
            error=error,
        )
    )
    return str(drawn)


@pytest.mark.parametrize("question", EVERY_KIND, ids=lambda each: each.kind)
def test_a_question_drawn_twice_is_the_question(
    sheet: QuestionSheet, language: str, question: QuestionView
) -> None:
    assert sheet.draw(question) == as_for_one(language, question)
    assert sheet.draw(question) == as_for_one(language, question)


def test_names_stand_in_each_pupils_own_order(sheet: QuestionSheet, language: str) -> None:
    sheet.draw(NOMINATION)
    other = replace(NOMINATION, names=tuple(reversed(NAMES)))
    assert sheet.draw(other) == as_for_one(language, other)


def test_a_pupil_who_is_on_the_list_does_not_see_the_own_name(sheet: QuestionSheet) -> None:
    sheet.draw(NOMINATION)
    assert "Carl" not in sheet.draw(replace(NOMINATION, names=NAMES[:2]))


def test_an_answer_is_shown_to_its_pupil_and_kept_for_nobody_else(
    sheet: QuestionSheet, language: str
) -> None:
    answered = replace(NOMINATION, answer={"nominees": ["p-2"]})
    assert sheet.draw(answered) == as_for_one(language, answered)
    assert " checked" in sheet.draw(answered)
    assert " checked" not in sheet.draw(NOMINATION)


@pytest.mark.parametrize(
    "question",
    [
        replace(SCALE, answered_before=True),
        replace(SCALE, answer={"skipped": True}),
        replace(TEXT, answer={"text": "Hemmelig"}),
    ],
    ids=["answered before", "skipped", "own words"],
)
def test_what_has_happened_to_a_question_is_drawn(
    sheet: QuestionSheet, language: str, question: QuestionView
) -> None:
    sheet.draw(replace(question, answered_before=False, answer={}))
    assert sheet.draw(question) == as_for_one(language, question)
    assert sheet.draw(question) != sheet.draw(replace(question, answered_before=False, answer={}))


def test_a_refusal_stands_at_its_question(sheet: QuestionSheet, language: str) -> None:
    sheet.draw(SCALE)
    assert sheet.draw(SCALE, "Velg <én>") == as_for_one(language, SCALE, "Velg <én>")

"""A form's questions drawn once per language and put together anew for each pupil (ARCHITECTURE 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from jinja2 import Environment
from markupsafe import Markup

from .pupil_form import Classmate, QuestionView

NAMES_HERE: Final = Markup("<!--names-->")
"""Where a nomination's names go; a survey's own words arrive escaped and never look like it."""


class QuestionSheet:
    """The questions of one form in one language, as they look before anything is answered.

    Holds names, so it lives no longer than the form that it was drawn from. What a pupil has
    answered is never kept: such a question is drawn from the start.
    """

    def __init__(self, environment: Environment, total: int) -> None:
        module: Any = environment.get_template("components/question.html").module
        self._draw_question = module.question
        self._draw_classmate = module.classmate
        self._total = total
        self._around_names: dict[str, tuple[str, str]] = {}
        self._labels: dict[tuple[str, str], str] = {}

    def draw_all(self, questions: Sequence[QuestionView], errors: Mapping[str, str]) -> Markup:
        """Return a pupil's questions one after the other; `errors` are sentences by question."""
        return Markup("\n").join(self.draw(each, errors.get(each.id)) for each in questions)

    def draw(self, question: QuestionView, error: str | None = None) -> Markup:
        """Return one question of a pupil's page, with the names in this pupil's order (SPEC S7)."""
        if error or question.answered_before or any(question.answer.values()):
            return self._drawn(question, answer=question.answer, error=error)
        before, after = self._around(question)
        labels = [self._label(question.id, each) for each in question.names]
        # Every part was drawn, and its values escaped, by a template.
        return Markup("".join((before, *labels, after)))  # noqa: S704

    def _around(self, question: QuestionView) -> tuple[str, str]:
        found = self._around_names.get(question.id)
        if found is None:
            before, _, after = self._drawn(question, drawn_names=NAMES_HERE).partition(NAMES_HERE)
            found = self._around_names[question.id] = (before, after)
        return found

    def _label(self, question_id: str, person: Classmate) -> str:
        key = (question_id, person.id)
        label = self._labels.get(key)
        if label is None:
            label = self._labels[key] = str(self._draw_classmate(f"q.{question_id}", person))
        return label

    def _drawn(self, question: QuestionView, **more: Any) -> Markup:
        drawn: Markup = self._draw_question(
            question,
            question.number,
            self._total,
            names=question.names,
            answered_before=question.answered_before,
            **more,
        )
        return drawn

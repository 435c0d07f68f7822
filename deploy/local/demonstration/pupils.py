"""How a pupil of the demonstration gets through the pages, from the code to the receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from deploy.local.demonstration.browsing import Browser, Field, Form, Page
from deploy.local.demonstration.classroom import Classroom


@dataclass(frozen=True, slots=True)
class Pupil:
    """A pupil of the classroom with a code in the hand."""

    name: str
    code: str
    classroom: Classroom
    sentences: Sequence[str]

    async def answer(self, browser: Browser, *, hand_in: bool = True) -> None:
        """Type the code, answer what one wants to answer, hand in or only save."""
        page = await browser.open("/")
        form = page.form("/kode")
        await browser.send(page, form, form.filled(code=self.code))
        questions = await browser.open("/elev/svar")
        form = questions.form("/elev/lever")
        answers = self.answers(questions, form)
        button = ("deliver", "ja") if hand_in else ("save", "ja")
        untouched = [
            (name, value) for name, value in form.as_it_stands() if not name.startswith("q.")
        ]
        await browser.send(questions, form, [*untouched, *answers, button])

    def answers(self, page: Page, form: Form) -> list[tuple[str, str]]:
        """What this pupil would tick and write on the page."""
        asked = [each for each in page.elements if "data-question" in each.attributes]
        answers: list[tuple[str, str]] = []
        for number, question in enumerate(asked):
            # The place in the set, not the random id: the same seed gives the same class.
            if self.classroom.skips(self.name, str(number)):
                continue
            name = f"q.{question.attributes['data-question']}"
            kind = question.attributes["data-kind"]
            answers += self._answer(kind, str(number), name, form)
        return answers

    def _answer(self, kind: str, question: str, name: str, form: Form) -> list[tuple[str, str]]:
        options = form.options(name)
        if kind == "nomination":
            return self._nominations(question, name, options)
        if kind == "free_text":
            text = self.classroom.words(self.name, question, self.sentences)
            return [(name, text)] if text else []
        if kind == "multiple_choice":
            ticked = self.classroom.several(self.name, question, len(options))
            return [(name, options[place].value) for place in ticked]
        return [(name, options[self.classroom.step(self.name, question, len(options))].value)]

    def _nominations(
        self, question: str, name: str, options: Sequence[Field]
    ) -> list[tuple[str, str]]:
        # The page shows a first name, and the whole name where two pupils share the first one.
        ids = {option.label: option.value for option in options}
        wanted = self.classroom.nominations(self.name, question, at_most=3)
        chosen = [ids.get(other) or ids.get(other.partition(" ")[0]) for other in wanted]
        if not wanted:
            return [(f"{name}.nobody", "ja")]
        return [(name, participant) for participant in chosen if participant]

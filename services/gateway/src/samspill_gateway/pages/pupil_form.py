"""What a pupil's page shows: the survey's questions, names in this pupil's order, what is answered."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from .answers_in import SentAnswer

KINDS: Final = {
    1: "single_choice",
    2: "multiple_choice",
    3: "scale_faces",
    4: "scale_frequency",
    5: "scale_agreement",
    6: "free_text",
    7: "nomination",
}
"""QuestionKind of surveys by its number in the contract."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of a question."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Classmate:
    """Somebody who may be named."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question as the template needs it (components/question.html)."""

    id: str
    number: int
    kind: str
    text: str
    hint: str
    options: Sequence[Choice]
    names: Sequence[Classmate]
    max_nominees: int
    answer: Mapping[str, Any] = field(default_factory=dict)
    answered_before: bool = False
    """Answered in another session: that it is answered is shown, never what (SPEC I7)."""


@dataclass(frozen=True, slots=True)
class PupilForm:
    """A survey's form for one pupil, with what this very session answered."""

    questions: Sequence[QuestionView]
    list_version: int
    answered: int

    @property
    def answered_before(self) -> int:
        return sum(each.answered_before for each in self.questions)


def build(form: Any, page: Any | None, participant_id: str, language: str) -> PupilForm:
    """Join the survey's form with what is answered; `page` is None when responses cannot be asked."""
    answers = {each.question_id: each for each in page.answers} if page else {}
    names = display_names({p.participant_id: p.name for p in form.participants})
    names.pop(participant_id, None)
    questions = [
        _question(
            form, each, number, answers.get(each.question_id), names, participant_id, language
        )
        for number, each in enumerate(form.questions, start=1)
    ]
    answered = sum(not each.is_skipped for each in answers.values())
    return PupilForm(questions, form.list_version, answered)


def with_sent(view: PupilForm, sent: Sequence[SentAnswer]) -> PupilForm:
    """Put what a browser has just sent back into its fields, so that a refusal loses nothing."""
    values = {each.question_id: {each.kind: each.value} for each in sent}
    questions = [
        replace(each, answer=values[each.id], answered_before=False) if each.id in values else each
        for each in view.questions
    ]
    return replace(view, questions=questions)


def shuffled(ids: Sequence[str], *, seed: int, pupil: str, question: str) -> list[str]:
    """Return participant ids in an order of this pupil's own for this question (SPEC S7).

    The same order every time: it follows from the survey's stored seed, the pupil and the question.
    """

    def place(key: str) -> bytes:
        return hashlib.sha256(f"{seed}|{pupil}|{question}|{key}".encode()).digest()

    return sorted(ids, key=place)


def display_names(names: Mapping[str, str]) -> dict[str, str]:
    """Return first names, and the whole name where a classmate has the same first name."""
    first = {key: first_name(name) for key, name in names.items()}
    counts: dict[str, int] = {}
    for each in first.values():
        counts[each] = counts.get(each, 0) + 1
    return {key: first[key] if counts[first[key]] == 1 else names[key] for key in names}


def first_name(name: str) -> str:
    return name.partition(" ")[0]


def _question(
    form: Any,
    question: Any,
    number: int,
    answered: Any | None,
    names: Mapping[str, str],
    pupil: str,
    language: str,
) -> QuestionView:
    own = answered.answer if answered and answered.HasField("answer") else None
    kind = KINDS[question.kind]
    classmates: Sequence[Classmate] = ()
    if kind == "nomination":
        order = shuffled(
            list(names), seed=form.shuffle_seed, pupil=pupil, question=question.question_id
        )
        classmates = [Classmate(key, names[key]) for key in order]
    is_skipped = bool(answered and answered.is_skipped)
    return QuestionView(
        id=question.question_id,
        number=number,
        kind=kind,
        text=getattr(question.text, language),
        hint=getattr(question.help, language),
        options=[Choice(o.key, getattr(o.text, language)) for o in question.options],
        names=classmates,
        max_nominees=question.max_nominees,
        answer=_own_answer(own, is_skipped=is_skipped),
        answered_before=bool(answered and own is None and not is_skipped),
    )


def _own_answer(own: Any | None, *, is_skipped: bool) -> dict[str, Any]:
    if own is None:
        return {"skipped": is_skipped}
    return {
        "skipped": is_skipped,
        "option": own.option,
        "options": list(own.options.keys),
        "text": own.text,
        "nominees": list(own.nominees.participant_ids),
        "nobody": own.nobody,
    }

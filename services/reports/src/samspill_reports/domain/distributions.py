"""How a class answered one question, as counts (SPEC G1)."""

from __future__ import annotations

from dataclasses import dataclass

from .material import FREE_TEXT, NOMINATION, SCALES, GivenAnswer, Material, Question


@dataclass(frozen=True, slots=True)
class Part:
    """One choice and how many gave it; rank 1 is the best end of a scale, 0 means no order."""

    key: str
    text: str
    count: int
    rank: int


@dataclass(frozen=True, slots=True)
class FreeText:
    participant_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Distribution:
    """Counts over those who answered; skipping is counted apart and is never an answer."""

    question: Question
    parts: tuple[Part, ...]
    answered: int
    skipped: int
    nobody: int
    texts: tuple[FreeText, ...]
    choices: int
    """Names given in all, for nominations."""

    @property
    def best(self) -> int:
        """How many chose one of the two best steps of a scale of four or five."""
        steps = len(self.parts)
        return sum(part.count for part in self.parts if part.rank and part.rank <= steps // 2)

    @property
    def worst(self) -> int:
        """How many chose one of the two lowest steps."""
        steps = len(self.parts)
        return sum(part.count for part in self.parts if part.rank and part.rank > (steps + 1) // 2)


def distribution(material: Material, question: Question) -> Distribution:
    """Count one question's answers; nothing of an unanswered question is guessed."""
    answers = material.by_question[question.question_id]
    given = [each for each in answers if not each.is_skipped]
    return Distribution(
        question=question,
        parts=_parts(question, given),
        answered=len(given),
        skipped=len(answers) - len(given),
        nobody=sum(each.is_nobody for each in given),
        texts=tuple(FreeText(each.participant_id, each.text) for each in given if each.text)
        if question.kind == FREE_TEXT
        else (),
        choices=sum(len(each.nominees) for each in given),
    )


def distributions(material: Material) -> list[Distribution]:
    """Return every question's distribution, in the survey's order."""
    return [distribution(material, question) for question in material.questions]


def clearest(found: list[Distribution], *, at_most: int = 4) -> list[Distribution]:
    """Return the scale questions with the largest share at the worse end, worst first.

    Options run from best to worst whatever a question's valence, so no question is left out.
    """
    scales = [each for each in found if each.question.kind in SCALES and each.answered]
    ordered = sorted(scales, key=lambda each: -each.worst / each.answered)
    return ordered[:at_most]


def _parts(question: Question, given: list[GivenAnswer]) -> tuple[Part, ...]:
    if question.kind in (NOMINATION, FREE_TEXT):
        return ()
    counts = {option.key: 0 for option in question.options}
    for answer in given:
        for key in answer.options:
            counts[key] = counts.get(key, 0) + 1
    is_scale = question.kind in SCALES
    return tuple(
        Part(option.key, option.text, counts[option.key], rank if is_scale else 0)
        for rank, option in enumerate(question.options, start=1)
    )

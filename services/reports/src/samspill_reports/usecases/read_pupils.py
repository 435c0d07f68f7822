"""Each pupil: own answers beside the class (SPEC G1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_reports.domain.analysis import ClassAnalysis
from samspill_reports.domain.distributions import Distribution, distribution
from samspill_reports.domain.material import NOMINATION, GivenAnswer, Material, Question
from samspill_reports.domain.ports import Words

from .sentences import PupilRelations, chosen_sentence, pupil_relations


@dataclass(frozen=True, slots=True)
class PupilRow:
    participant_id: str
    who: str
    state: str
    answered: int
    skipped: int
    sentences: Sequence[str]


@dataclass(frozen=True, slots=True)
class PupilAnswer:
    question: Question
    answer: str
    is_skipped: bool
    class_answers: Distribution


@dataclass(frozen=True, slots=True)
class PupilPage:
    who: str
    state: str
    answers: Sequence[PupilAnswer]
    relations: Sequence[PupilRelations]
    previous_id: str
    next_id: str


def pupil_rows(material: Material, analysis: ClassAnalysis, words: Words) -> list[PupilRow]:
    """Return every pupil in the class list's order, which ranks nobody."""
    return [_row(material, analysis, each.participant_id, words) for each in material.participants]


def pupil_page(
    material: Material, analysis: ClassAnalysis, participant_id: str, words: Words
) -> PupilPage:
    """Raises:
    ParticipantNotInSurvey: there is no such pupil in the survey.
    """
    material.participant(participant_id)
    order = [each.participant_id for each in material.participants]
    at = order.index(participant_id)
    return PupilPage(
        who=material.labels[participant_id],
        state=material.states.get(participant_id, "not_started"),
        answers=_answers(material, participant_id, words),
        relations=[
            pupil_relations(
                analysis.relations[each.question_id], material, each, participant_id, words
            )
            for each in material.nominations
        ],
        previous_id=order[at - 1] if at else "",
        next_id=order[at + 1] if at + 1 < len(order) else "",
    )


def _row(
    material: Material, analysis: ClassAnalysis, participant_id: str, words: Words
) -> PupilRow:
    given = material.by_participant[participant_id].values()
    skipped = sum(each.is_skipped for each in given)
    return PupilRow(
        participant_id=participant_id,
        who=material.labels[participant_id],
        state=material.states.get(participant_id, "not_started"),
        answered=len(given) - skipped,
        skipped=skipped,
        sentences=[
            f"{question.text} "
            + chosen_sentence(analysis.relations[question.question_id], participant_id, words)
            for question in material.nominations
        ],
    )


def _answers(material: Material, participant_id: str, words: Words) -> list[PupilAnswer]:
    given = material.by_participant[participant_id]
    return [
        PupilAnswer(
            question=question,
            answer=answer_text(given.get(question.question_id), question, material, words),
            is_skipped=bool(
                question.question_id in given and given[question.question_id].is_skipped
            ),
            class_answers=distribution(material, question),
        )
        for question in material.questions
    ]


def answer_text(
    answer: GivenAnswer | None, question: Question, material: Material, words: Words
) -> str:
    """Say what a pupil answered; empty where nothing was said."""
    if answer is None or answer.is_skipped:
        return ""
    if question.kind == NOMINATION:
        if answer.is_nobody:
            return words.text("Ingen spesielle")
        return ", ".join(material.labels.get(each, "–") for each in answer.nominees)
    if answer.text:
        return answer.text
    texts = {option.key: option.text for option in question.options}
    return ", ".join(texts.get(key, key) for key in answer.options)

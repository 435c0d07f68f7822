"""From answers to the sociometry's value: who could choose, who answered, who was chosen."""

from __future__ import annotations

from samspill_reports.sociometry import Sociogram

from .material import Material


def sociogram_of(material: Material) -> Sociogram:
    """Return every nomination question as a relation named by its question id.

    A pupil counts as a respondent of a question when it was answered with names or with nobody; a skipped or
    unanswered question is silence, never a row of zeros (SPEC S4, SOCIOMETRY 0.3).
    """
    choices: dict[str, list[tuple[str, str]]] = {}
    respondents: dict[str, list[str]] = {}
    for question in material.nominations:
        given = [a for a in material.by_question[question.question_id] if not a.is_skipped]
        choices[question.question_id] = [
            (answer.participant_id, nominee) for answer in given for nominee in answer.nominees
        ]
        respondents[question.question_id] = [answer.participant_id for answer in given]
    return Sociogram.of(
        (each.participant_id for each in material.participants),
        choices,
        respondents=respondents,
        max_choices={q.question_id: q.max_nominees or None for q in material.nominations},
        gender={p.participant_id: _gender(p.gender) for p in material.participants},
    )


def _gender(gender: str) -> str | None:
    return {"girl": "F", "boy": "M"}.get(gender)

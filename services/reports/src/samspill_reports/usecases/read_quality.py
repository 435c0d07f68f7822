"""About the answers: who answered, and the numbers behind the report to three decimals (SPEC G5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_reports import sociometry
from samspill_reports.domain.analysis import Analysis, ClassAnalysis
from samspill_reports.domain.material import Material, Question
from samspill_reports.domain.ports import Words
from samspill_reports.sociometry import Voice


@dataclass(frozen=True, slots=True)
class TimesChosen:
    participant_id: str
    who: str
    chosen: int
    could_have_chosen: int
    at_most: int


@dataclass(frozen=True, slots=True)
class RelationQuality:
    """One nomination question in numbers; texts are formatted in the reader's language."""

    question: Question
    density: str
    density_bounds: str
    reciprocity: str
    mutual_pairs: int
    one_sided_pairs: int
    open_pairs: int
    choices: int
    nobody: int
    skipped: int
    times_chosen: Sequence[TimesChosen]


@dataclass(frozen=True, slots=True)
class Quality:
    relations: Sequence[RelationQuality]
    not_answered: Sequence[str]
    participation: str


def quality(material: Material, analysis: ClassAnalysis, words: Words) -> Quality:
    silent = [
        material.labels[each.participant_id]
        for each in material.participants
        if material.states.get(each.participant_id) not in ("submitted", "declined", "returned")
    ]
    relations = [
        _relation(material, question, analysis.relations[question.question_id], words)
        for question in material.nominations
    ]
    return Quality(relations, silent, _participation(material, analysis, words))


def _relation(
    material: Material, question: Question, analysis: Analysis, words: Words
) -> RelationQuality:
    relation = analysis.relation
    density = sociometry.density(relation)
    census = sociometry.dyad_census(relation)
    given = material.by_question[question.question_id]
    return RelationQuality(
        question=question,
        density=words.decimal(density.value),
        density_bounds=words.text(
            "mellom {low} og {high}",
            low=words.decimal(density.at_least),
            high=words.decimal(density.at_most),
        ),
        reciprocity=words.decimal(census.reciprocity),
        mutual_pairs=census.mutual,
        one_sided_pairs=census.asymmetric,
        open_pairs=census.open,
        choices=density.choices,
        nobody=sum(each.is_nobody for each in given),
        skipped=sum(each.is_skipped for each in given),
        times_chosen=_times_chosen(material, analysis),
    )


def _times_chosen(material: Material, analysis: Analysis) -> list[TimesChosen]:
    rows = []
    for each in material.participants:
        seen = analysis.received[each.participant_id]
        rows.append(
            TimesChosen(
                participant_id=each.participant_id,
                who=material.labels[each.participant_id],
                chosen=seen.count,
                could_have_chosen=seen.possible,
                at_most=seen.at_most,
            )
        )
    return rows


def _participation(material: Material, analysis: ClassAnalysis, words: Words) -> str:
    voices = [sociometry.participation(each.relation).voice for each in analysis.relations.values()]
    voice = min(voices, default=Voice.NOTHING)
    said = words.text(
        "{submitted} av {participants} har levert.",
        submitted=material.submitted,
        participants=len(material.participants),
    )
    return f"{said} {_allowed(voice, words)}"


def _allowed(voice: Voice, words: Words) -> str:
    if voice is Voice.FULL:
        return words.text("Det er nok til å si noe om klassen og om hver elev.")
    if voice is Voice.CERTAIN_ONLY:
        return words.text(
            "Om hver elev sier rapporten bare det som gjelder uansett hva de andre ville svart."
        )
    if voice is Voice.CLASS_ONLY:
        return words.text("Det er for få til å si noe om hver elev. Rapporten sier noe om klassen.")
    return words.text("Det er for få til å si noe om relasjonene i klassen.")

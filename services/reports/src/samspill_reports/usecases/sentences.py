"""What the numbers say, in sentences: each with its whole, never a bare percentage (SPEC G5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_reports import sociometry
from samspill_reports.domain.analysis import Analysis
from samspill_reports.domain.distributions import Distribution
from samspill_reports.domain.material import FREE_TEXT, NOMINATION, Material, Question
from samspill_reports.domain.ports import Words
from samspill_reports.sociometry import Certainty, Finding, Kind


@dataclass(frozen=True, slots=True)
class FindingText:
    """A finding as a reader sees it: the sentence, how sure, what it does not mean, the evidence."""

    kind: str
    headline: str
    detail: str
    certainty: str
    not_meaning: str
    next_step: str
    page: str
    question_id: str
    participant_ids: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class PupilRelations:
    """One pupil in one question, in words."""

    question: Question
    chosen: str
    usual: str
    mutual: Sequence[str]
    chosen_by: Sequence[str]
    chose: Sequence[str]


def finding_text(
    finding: Finding, material: Material, question: Question, words: Words, locale: str
) -> FindingText:
    said = sociometry.describe(finding, locale, material.labels, question=question.text)
    headline, detail = split_first(said.says)
    sure = finding.uncertainty.certainty is Certainty.CERTAIN
    certainty = words.text("Sikkert.") if sure else words.text("Usikkert.")
    about_answers = finding.kind in (Kind.TOO_FEW, Kind.CLASS_ONLY, Kind.NO_ANSWER)
    return FindingText(
        kind=str(finding.kind),
        headline=headline,
        detail=detail,
        certainty=f"{certainty} {said.reservation}".strip(),
        not_meaning=said.does_not_mean,
        next_step=said.next_step,
        page="quality" if about_answers else "sociogram",
        question_id=question.question_id,
        participant_ids=finding.pupils,
    )


def split_first(text: str) -> tuple[str, str]:
    """Return the first sentence and the rest; a point inside a number or date ends nothing."""
    for at, letter in enumerate(text[:-2]):
        follows = text[at + 2]
        if letter in ".:" and text[at + 1] == " " and (follows.isupper() or follows.isdigit()):
            return text[: at + 1].removesuffix(":") + ("." if letter == ":" else ""), text[at + 2 :]
    return text, ""


def distribution_sentence(found: Distribution, words: Words) -> str:
    """Say a question's answers in one sentence."""
    if not found.answered:
        return words.text("Ingen svarte på dette spørsmålet.")
    if found.question.kind == NOMINATION:
        return words.text(
            "{answered} svarte, {nobody} av dem med «ingen spesielle». Til sammen {choices} valg.",
            answered=found.answered,
            nobody=found.nobody,
            choices=found.choices,
        )
    if found.question.kind == FREE_TEXT:
        return words.text("{answered} skrev noe.", answered=found.answered)
    largest = max(found.parts, key=lambda part: part.count)
    return words.text(
        "{count_most} av {answered} svarte «{option}».",
        count_most=largest.count,
        answered=found.answered,
        option=largest.text,
    )


def pupil_relations(
    analysis: Analysis, material: Material, question: Question, pupil: str, words: Words
) -> PupilRelations:
    def named(pupils: Sequence[str]) -> list[str]:
        return [material.labels[each] for each in pupils]

    return PupilRelations(
        question=question,
        chosen=chosen_sentence(analysis, pupil, words),
        usual=usual_sentence(analysis, material, pupil, words),
        mutual=named(analysis.mutual_of(pupil)),
        chosen_by=named(analysis.chosen_by(pupil)),
        chose=named(analysis.chose(pupil)),
    )


def chosen_sentence(analysis: Analysis, pupil: str, words: Words) -> str:
    """Say how often a pupil was chosen, and by how many it could have been (SPEC G5)."""
    seen = analysis.received[pupil]
    if seen.count == 0:
        return words.text(
            "Valgt av ingen av de {possible} som svarte og kunne velge.", possible=seen.possible
        )
    return words.text(
        "Valgt av {chosen} av {possible} som svarte og kunne velge.",
        chosen=seen.count,
        possible=seen.possible,
    )


def usual_sentence(analysis: Analysis, material: Material, pupil: str, words: Words) -> str:
    """Say what is usual in the class, and what the missing answers could change."""
    low, high = analysis.usual_range
    classes = ", ".join(group.name for group in material.groups)
    said = words.text("Vanlig i {classes}: {low} til {high}.", classes=classes, low=low, high=high)
    seen = analysis.received[pupil]
    missing = seen.at_most - seen.count
    if missing == 0:
        return said
    more = words.text(
        "De {missing} som ikke svarte, kunne gjort det til {at_most}.",
        missing=missing,
        at_most=seen.at_most,
    )
    if missing == 1:
        more = words.text(
            "Den ene som ikke svarte, kunne gjort det til {at_most}.", at_most=seen.at_most
        )
    return f"{said} {more}"

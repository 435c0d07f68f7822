"""The first page of a report: what stands out, who answered (SPEC G1, DESIGN 5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from samspill_reports.domain.analysis import ClassAnalysis
from samspill_reports.domain.distributions import Distribution, clearest, distributions
from samspill_reports.domain.material import Material
from samspill_reports.domain.ports import Words
from samspill_reports.sociometry import Kind

from .sentences import FindingText, distribution_sentence, finding_text

MOST_FINDINGS: Final = 7
FEWEST_ANSWERS: Final = 8
"""Below this many answers a distribution says nothing about a class (SOCIOMETRY 13)."""

QUESTION_LOW: Final = "question_low"

ABOUT_THE_CLASS: Final = (
    Kind.TOO_FEW,
    Kind.CLASS_ONLY,
    Kind.PUPILS_WITH_MUTUAL,
    Kind.GENDER_MIXING,
    Kind.SUBGROUPS,
)
ABOUT_PUPILS: Final = (
    Kind.UNRETURNED_GROUP_CLEAR,
    Kind.GAVE_AND_RECEIVED_NONE,
    Kind.UNCHOSEN,
    Kind.NO_MUTUAL,
    Kind.UNRETURNED_GROUP_WEAK,
)
"""Kinds that a teacher should see first. The order is of kinds, never of pupils."""


@dataclass(frozen=True)
class Overview:
    findings: Sequence[FindingText]
    distributions: Sequence[Distribution]
    skipped_some: int
    still_computing: str
    """What is not there yet, in a sentence; empty when everything is."""


def overview(material: Material, analysis: ClassAnalysis, words: Words, locale: str) -> Overview:
    found = distributions(material)
    texts = [
        *_class_findings(material, analysis, words, locale),
        *_question_findings(found, words),
        *_pupil_findings(material, analysis, words, locale),
    ]
    return Overview(
        findings=_at_most_seven(texts, material, words),
        distributions=clearest(found),
        skipped_some=_skipped_some(material),
        still_computing=_still_computing(analysis, words),
    )


def _at_most_seven(
    texts: Sequence[FindingText], material: Material, words: Words
) -> list[FindingText]:
    """One about the class, one about a question, then those about pupils.

    What does not fit is told with its pupils' names, so that seven never hides a pupil.
    """
    pupils = [each for each in texts if each.participant_ids]
    about_class = [e for e in texts if not e.participant_ids and e.kind != QUESTION_LOW]
    questions = [each for each in texts if each.kind == QUESTION_LOW]
    first = about_class[:1] + questions[:1]
    room = MOST_FINDINGS - 1 - len(first)
    shown = first + pupils[:room]
    named = {pupil for each in shown for pupil in each.participant_ids}
    hidden = {pupil for each in pupils[room:] for pupil in each.participant_ids} - named
    if hidden:
        return [*shown, _more_pupils(hidden, material, words)]
    return (shown + pupils[room:] + about_class[1:] + questions[1:])[:MOST_FINDINGS]


def _more_pupils(pupils: set[str], material: Material, words: Words) -> FindingText:
    order = [each.participant_id for each in material.participants]
    also = [each for each in order if each in pupils]
    names = ", ".join(material.labels[each] for each in also)
    return FindingText(
        kind="more_pupils",
        headline=words.text("Noe skiller seg ut også hos {names}.", names=names),
        detail=words.text("Tallene står i listen over elevene."),
        certainty="",
        not_meaning=words.text("Rekkefølgen betyr ingenting."),
        next_step="",
        page="pupils",
        question_id="",
        participant_ids=also,
    )


def _still_computing(analysis: ClassAnalysis, words: Words) -> str:
    if analysis.is_complete:
        return ""
    return words.text(
        "Grupper og valg som ikke ble gjengjeldt, regnes fortsatt ut. Last siden på nytt om litt."
    )


def _class_findings(
    material: Material, analysis: ClassAnalysis, words: Words, locale: str
) -> Iterator[FindingText]:
    for question in material.nominations[:1]:
        for finding in analysis.relations[question.question_id].findings:
            if finding.kind in ABOUT_THE_CLASS:
                yield finding_text(finding, material, question, words, locale)


def _pupil_findings(
    material: Material, analysis: ClassAnalysis, words: Words, locale: str
) -> list[FindingText]:
    found = [
        (ABOUT_PUPILS.index(finding.kind), place, finding, question)
        for place, question in enumerate(material.nominations)
        for finding in analysis.relations[question.question_id].findings
        if finding.kind in ABOUT_PUPILS
    ]
    found.sort(key=lambda each: (each[0], each[1], each[2].pupils))
    return [finding_text(f, material, question, words, locale) for _, _, f, question in found]


def _question_findings(found: Sequence[Distribution], words: Words) -> Iterator[FindingText]:
    for each in clearest(list(found), at_most=2):
        if each.answered < FEWEST_ANSWERS or each.worst * 2 < each.answered:
            continue
        headline = words.text(
            "{worst} av {answered} svarte i den dårligste enden på «{question}».",
            worst=each.worst,
            answered=each.answered,
            question=each.question.text,
        )
        yield FindingText(
            kind=QUESTION_LOW,
            headline=headline,
            detail=distribution_sentence(each, words),
            certainty=words.text("Sikkert."),
            not_meaning=words.text("Det sier ikke hvorfor."),
            next_step=words.text("Neste steg: spør klassen hva som ville hjulpet."),
            page="question",
            question_id=each.question.question_id,
        )


def _skipped_some(material: Material) -> int:
    return sum(
        any(answer.is_skipped for answer in answers.values())
        for answers in material.by_participant.values()
    )

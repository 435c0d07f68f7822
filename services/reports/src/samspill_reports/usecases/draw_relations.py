"""One nomination question as network, target, matrix and table (SPEC G2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from samspill_reports.domain.analysis import Analysis, ClassAnalysis
from samspill_reports.domain.material import Material, Question
from samspill_reports.domain.ports import Words
from samspill_reports.usecases.sentences import PupilRelations, chosen_sentence, pupil_relations


@dataclass(frozen=True, slots=True)
class SociogramChoice:
    """What the reader has chosen to see; view is network, target, matrix or table."""

    question_id: str
    view: str
    mutual_only: bool
    friend_groups: bool
    selected_id: str
    gender: str


@dataclass(frozen=True, slots=True)
class TableRow:
    participant_id: str
    who: str
    has_answered: bool
    relations: PupilRelations


@dataclass(frozen=True, slots=True)
class DrawnRelations:
    question_id: str
    svg: str
    order: Sequence[str]
    rows: Sequence[str]
    table: Sequence[TableRow]
    geometry: str
    non_respondents: int


class Artist(Protocol):
    """Draws; the one renderer for page and paper."""

    def draw(
        self,
        material: Material,
        analysis: ClassAnalysis,
        question: Question,
        chosen: SociogramChoice,
        words: Words,
        says: dict[str, str],
    ) -> str:
        """Return an SVG, or nothing for the views that are tables."""
        ...

    def matrix(self, analysis: Analysis, order: Sequence[str]) -> list[str]:
        """Return who chose whom, a character a cell."""
        ...

    def geometry(self, view: str, words: Words) -> str:
        """Say what the picture's geometry means and does not."""
        ...


@dataclass(frozen=True, slots=True)
class DrawRelations:
    artist: Artist

    def __call__(
        self, material: Material, analysis: ClassAnalysis, chosen: SociogramChoice, words: Words
    ) -> DrawnRelations:
        """Raises QuestionNotInSurvey when the question is no nomination of this survey."""
        question = material.question(chosen.question_id)
        found = analysis.relations[question.question_id]
        order = [each.participant_id for each in material.participants]
        says = {each: chosen_sentence(found, each, words) for each in order}
        return DrawnRelations(
            question_id=question.question_id,
            svg=self.artist.draw(material, analysis, question, chosen, words, says),
            order=order,
            rows=self.artist.matrix(found, order) if chosen.view == "matrix" else (),
            table=[
                TableRow(
                    participant_id=each,
                    who=material.labels[each],
                    has_answered=each in found.relation.respondents,
                    relations=pupil_relations(found, material, question, each, words),
                )
                for each in order
            ],
            geometry=self.artist.geometry(chosen.view, words),
            non_respondents=len(order) - len(found.relation.respondents),
        )

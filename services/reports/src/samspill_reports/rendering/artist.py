"""Chooses the drawing for a view."""

from __future__ import annotations

from collections.abc import Sequence

from samspill_reports.domain.analysis import Analysis, ClassAnalysis
from samspill_reports.domain.material import Material, Question
from samspill_reports.domain.ports import Words
from samspill_reports.rendering.compose import (
    Filters,
    matrix_rows,
    network_drawing,
    target_drawing,
)
from samspill_reports.rendering.network_svg import network_svg
from samspill_reports.rendering.paper import geometry_sentence
from samspill_reports.usecases.draw_relations import SociogramChoice


class SvgArtist:
    def draw(
        self,
        material: Material,
        analysis: ClassAnalysis,
        question: Question,
        chosen: SociogramChoice,
        words: Words,
        says: dict[str, str],
    ) -> str:
        found = analysis.relations[question.question_id]
        title = words.text("Sosiogram: {question}", question=question.text)
        filters = Filters(
            mutual_only=chosen.mutual_only,
            friend_groups=chosen.friend_groups and chosen.view == "network",
            gender=chosen.gender,
            selected=chosen.selected_id,
        )
        if chosen.view == "network":
            drawing = network_drawing(found, material, analysis.positions, filters, title, says)
            return network_svg(drawing)
        if chosen.view == "target":
            bands = _ring_words(words)
            places = analysis.positions
            return network_svg(target_drawing(found, material, places, filters, title, bands, says))
        return ""

    def matrix(self, analysis: Analysis, order: Sequence[str]) -> list[str]:
        return matrix_rows(analysis, order)

    def geometry(self, view: str, words: Words) -> str:
        if view == "target":
            return words.text(
                "Ringene viser om en elev ble valgt oftere eller sjeldnere enn ventet. "
                "Plassen i ringen betyr ingenting, og ringene rangerer ingen."
            )
        return geometry_sentence(words) if view == "network" else ""


def _ring_words(words: Words) -> list[str]:
    return [
        words.text("oftere enn ventet"),
        words.text("litt oftere"),
        words.text("litt sjeldnere"),
        words.text("sjeldnere enn ventet"),
    ]

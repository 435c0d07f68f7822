"""From an analysis to a drawing: which marks, ties and areas a view holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Final

import networkx as nx

from samspill_reports.domain.analysis import Analysis
from samspill_reports.domain.material import Material
from samspill_reports.sociometry import Position, target

from .drawing import Area, Drawing, Mark
from .placing import fitted, picture_size, spread_out

RINGS: Final = (0.24, 0.50, 0.74, 0.98)
"""Outer radius of each probability band, as a share of the picture's half height."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader has chosen to see."""

    mutual_only: bool = False
    friend_groups: bool = False
    gender: str = ""
    selected: str = ""
    on_paper: bool = False
    """Paper has no toggles: what is filtered away is not drawn at all."""

    @property
    def names(self) -> Sequence[str]:
        chosen = {
            "mutual": self.mutual_only,
            "groups": self.friend_groups,
            self.gender: self.gender,
        }
        return [name for name, is_on in chosen.items() if is_on]


def network_drawing(
    analysis: Analysis,
    material: Material,
    positions: Mapping[str, Position],
    filters: Filters,
    title: str,
    says: Mapping[str, str] | None = None,
) -> Drawing:
    """Compose the network view. Positions are the survey's own, so every question keeps them (SPEC G2).

    `says` is what a screen reader hears of each pupil.
    """
    width, height = picture_size(len(material.participants))
    places = fitted({key: (p.x, -p.y) for key, p in positions.items()}, width, height)
    marks = spread_out(_marks(analysis, material, places, says or {}), width, height)
    with_areas = filters.friend_groups or not filters.on_paper
    return Drawing(
        width=width,
        height=height,
        marks=marks,
        mutual=analysis.pairs.mutual,
        one_way=_one_way(analysis, filters),
        areas=_areas(analysis, marks) if with_areas else (),
        selected=filters.selected,
        filters=filters.names,
        title=title,
    )


def target_drawing(
    analysis: Analysis,
    material: Material,
    positions: Mapping[str, Position],
    filters: Filters,
    title: str,
    ring_words: Sequence[str],
    says: Mapping[str, str] | None = None,
) -> Drawing:
    """Compose the ring view: bands by probability, never a rank; `ring_words` from the middle out."""
    width, height = picture_size(len(material.participants))
    half = height / 2 - 10
    places = _ring_places(analysis, positions, width, height, half)
    marks = spread_out(_marks(analysis, material, places, says or {}), width, height)
    return Drawing(
        width=width,
        height=height,
        marks=marks,
        mutual=analysis.pairs.mutual,
        one_way=_one_way(analysis, filters),
        rings=[share * half for share in RINGS],
        ring_words=ring_words,
        selected=filters.selected,
        filters=filters.names,
        title=title,
    )


def matrix_rows(analysis: Analysis, order: Sequence[str]) -> list[str]:
    """Return who chose whom, a character a cell: 0, 1, 2 mutual, ? did not answer, - oneself."""
    relation = analysis.relation
    mutual = {frozenset(pair) for pair in analysis.pairs.mutual}

    def cell(chooser: str, chosen: str) -> str:
        if chooser == chosen:
            return "-"
        if chooser not in relation.respondents:
            return "?"
        if (chooser, chosen) not in relation.choices:
            return "0"
        return "2" if frozenset((chooser, chosen)) in mutual else "1"

    return ["".join(cell(chooser, chosen) for chosen in order) for chooser in order]


def _marks(
    analysis: Analysis,
    material: Material,
    places: Mapping[str, tuple[float, float]],
    says: Mapping[str, str],
) -> list[Mark]:
    return [
        Mark(
            participant_id=each.participant_id,
            who=material.labels[each.participant_id],
            gender=each.gender,
            has_answered=each.participant_id in analysis.relation.respondents,
            x=places[each.participant_id][0],
            y=places[each.participant_id][1],
            says=says.get(each.participant_id, ""),
        )
        for each in material.participants
    ]


def _one_way(analysis: Analysis, filters: Filters) -> Sequence[tuple[str, str]]:
    if filters.on_paper and filters.mutual_only:
        return ()
    return [*analysis.pairs.one_sided, *analysis.pairs.open]


def _areas(analysis: Analysis, marks: Sequence[Mark]) -> list[Area]:
    """Return each group's shortest tree along its own mutual ties (DESIGN 6: never a hull)."""
    place = {mark.participant_id: (mark.x, mark.y) for mark in marks}
    areas = []
    for number, group in enumerate(analysis.friend_groups()):
        members = [pupil for pupil in group if pupil in place]
        graph = nx.Graph()
        graph.add_nodes_from(members)
        for a, b in analysis.pairs.mutual:
            if a in graph and b in graph:
                (ax, ay), (bx, by) = place[a], place[b]
                graph.add_edge(a, b, weight=(ax - bx) ** 2 + (ay - by) ** 2)
        branches = sorted(nx.minimum_spanning_edges(graph, data=False))
        areas.append(Area(chr(ord("A") + number), branches, members))
    return areas


def _ring_places(
    analysis: Analysis,
    positions: Mapping[str, Position],
    width: float,
    height: float,
    half: float,
) -> dict[str, tuple[float, float]]:
    places = {}
    for pupil, place in target(analysis.relation, positions).items():
        inner = RINGS[place.ring - 1] if place.ring else 0.0
        radius = (inner + RINGS[place.ring]) / 2 * half
        angle = place.angle % (2 * pi)
        places[pupil] = (width / 2 + cos(angle) * radius, height / 2 - sin(angle) * radius)
    return places

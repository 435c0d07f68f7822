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


def network_drawing(
    analysis: Analysis,
    material: Material,
    positions: Mapping[str, Position],
    filters: Filters,
    title: str,
) -> Drawing:
    """Compose the network view. Positions are the survey's own, so every question keeps them (SPEC G2)."""
    width, height = picture_size(len(material.participants))
    places = fitted({key: (p.x, -p.y) for key, p in positions.items()}, width, height)
    shown = _shown(material, filters)
    marks = spread_out(_marks(analysis, material, places, shown), width, height)
    areas = _areas(analysis, marks) if filters.friend_groups else ()
    return Drawing(
        width=width,
        height=height,
        marks=marks,
        mutual=_within(analysis.pairs.mutual, shown),
        one_way=() if filters.mutual_only else _one_way(analysis, shown),
        areas=areas,
        selected=filters.selected,
        title=title,
    )


def target_drawing(
    analysis: Analysis,
    material: Material,
    positions: Mapping[str, Position],
    filters: Filters,
    title: str,
    ring_words: Sequence[str],
) -> Drawing:
    """Compose the ring view: bands by probability, never a rank; `ring_words` from the middle out."""
    width, height = picture_size(len(material.participants))
    half = height / 2 - 10
    places = _ring_places(analysis, positions, width, height, half)
    shown = _shown(material, filters)
    marks = spread_out(_marks(analysis, material, places, shown), width, height)
    return Drawing(
        width=width,
        height=height,
        marks=marks,
        mutual=_within(analysis.pairs.mutual, shown),
        one_way=() if filters.mutual_only else _one_way(analysis, shown),
        rings=[share * half for share in RINGS],
        ring_words=ring_words,
        selected=filters.selected,
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


def _shown(material: Material, filters: Filters) -> frozenset[str]:
    return frozenset(
        each.participant_id
        for each in material.participants
        if filters.gender in ("", each.gender)
    )


def _marks(
    analysis: Analysis,
    material: Material,
    places: Mapping[str, tuple[float, float]],
    shown: frozenset[str],
) -> list[Mark]:
    return [
        Mark(
            participant_id=each.participant_id,
            who=material.labels[each.participant_id],
            gender=each.gender,
            has_answered=each.participant_id in analysis.relation.respondents,
            x=places[each.participant_id][0],
            y=places[each.participant_id][1],
        )
        for each in material.participants
        if each.participant_id in shown
    ]


def _within(
    pairs: Sequence[tuple[str, str]], shown: frozenset[str]
) -> Sequence[tuple[str, str]]:
    return [pair for pair in pairs if shown.issuperset(pair)]


def _one_way(analysis: Analysis, shown: frozenset[str]) -> Sequence[tuple[str, str]]:
    return _within([*analysis.pairs.one_sided, *analysis.pairs.open], shown)


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

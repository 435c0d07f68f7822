"""Draws a sociogram as SVG: one renderer for page, PDF and print (SPEC G2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from math import hypot
from typing import Final

from .drawing import SYMBOL, Area, Drawing, Mark

INK: Final = "#26313a"
SPRUCE: Final = "#0f5c4d"
HALO: Final = "#ffffff"
FILL: Final = {"girl": "#f6d48f", "boy": "#a9c8ee", "unknown": "#dcd7cb"}
AREA: Final = "#e6efec"
ONE_WAY: Final = "#b4bac0"
MUTUAL: Final = "#5c6770"
BEND: Final = 0.025
"""How far a tie's middle lies beside the straight line, as a share of its length."""


def network_svg(drawing: Drawing) -> str:
    """Return a complete `<svg>` element; every text in it is escaped."""
    return "".join(_parts(drawing))


def _parts(drawing: Drawing) -> Iterator[str]:
    by_id = drawing.by_id
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{_classes(drawing)}" role="group" '
        f'aria-label="{escape(drawing.title)}" viewBox="0 0 {drawing.width:g} {drawing.height:g}" '
        f'width="{drawing.width:g}" height="{drawing.height:g}" '
        f"font-family=\"'Source Sans 3 Variable','Source Sans 3',sans-serif\">"
    )
    yield _rings(drawing)
    yield '<g class="areas" opacity="0.9">'
    yield from (_area(area, by_id) for area in drawing.areas)
    yield '</g><g class="ties one-way" fill="none">'
    yield from (_one_way(by_id[a], by_id[b], drawing.selected) for a, b in drawing.one_way)
    yield '</g><g class="ties mutual" fill="none">'
    yield from (_mutual(by_id[a], by_id[b], drawing.selected) for a, b in drawing.mutual)
    yield '</g><g class="pupils">'
    yield from (_pupil(mark, drawing) for mark in drawing.marks)
    yield "</g></svg>"


def _rings(drawing: Drawing) -> str:
    if not drawing.rings:
        return ""
    x, y = drawing.width / 2, drawing.height / 2
    circles = "".join(
        f'<circle class="ring" cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="none" stroke="#e3dfd5"/>'
        for radius in sorted(drawing.rings, reverse=True)
    )
    words = "".join(
        f'<text class="ring-word" x="{x:g}" y="{y - radius + 14:g}" text-anchor="middle" '
        f'font-size="12" fill="{MUTUAL}">{escape(word)}</text>'
        for radius, word in zip(drawing.rings, drawing.ring_words, strict=True)
    )
    return f'<g class="rings">{circles}{words}</g>'


def _area(area: Area, by_id: Mapping[str, Mark]) -> str:
    lines = [
        f"M{by_id[a].x:.1f} {by_id[a].y:.1f}L{by_id[b].x:.1f} {by_id[b].y:.1f}"
        for a, b in area.branches
    ]
    return (
        f'<path class="area" data-group="{escape(area.letter)}" d="{"".join(lines)}" fill="none" '
        f'stroke="{AREA}" stroke-width="44" stroke-linecap="round" stroke-linejoin="round"/>'
    )


def _mutual(one: Mark, other: Mark, selected: str) -> str:
    is_lit = selected in (one.participant_id, other.participant_id) and selected
    colour, width = (SPRUCE, "2.6") if is_lit else (MUTUAL, "1.6")
    return (
        f'<path class="tie mutual{" lifted" if is_lit else ""}" '
        f'data-from="{one.participant_id}" data-to="{other.participant_id}" '
        f'd="{_curve(one, other, end_gap=SYMBOL)}" stroke="{colour}" stroke-width="{width}"/>'
    )


def _one_way(chooser: Mark, chosen: Mark, selected: str) -> str:
    is_lit = selected in (chooser.participant_id, chosen.participant_id) and selected
    line = _curve(chooser, chosen, end_gap=SYMBOL + 4)
    return (
        f'<path class="tie one-way{" lifted" if is_lit else ""}" '
        f'data-from="{chooser.participant_id}" data-to="{chosen.participant_id}" d="{line}" '
        f'stroke="{ONE_WAY}" stroke-width="1" stroke-dasharray="3 3"/>{_arrowhead(chooser, chosen)}'
    )


def _control(one: Mark, other: Mark) -> tuple[float, float]:
    """Return the curve's control point; the same for a → b and b → a, so that both ends bend one way."""
    first, second = sorted((one, other), key=lambda mark: mark.participant_id)
    dx, dy = second.x - first.x, second.y - first.y
    return (one.x + other.x) / 2 - dy * BEND * 2, (one.y + other.y) / 2 + dx * BEND * 2


def _curve(start: Mark, end: Mark, *, end_gap: float) -> str:
    cx, cy = _control(start, end)
    x1, y1 = _towards(start.x, start.y, cx, cy, SYMBOL)
    x2, y2 = _towards(end.x, end.y, cx, cy, end_gap)
    return f"M{x1:.1f} {y1:.1f}Q{cx:.1f} {cy:.1f} {x2:.1f} {y2:.1f}"


def _towards(x: float, y: float, cx: float, cy: float, distance: float) -> tuple[float, float]:
    length = hypot(cx - x, cy - y) or 1.0
    return x + (cx - x) / length * distance, y + (cy - y) / length * distance


def _arrowhead(chooser: Mark, chosen: Mark) -> str:
    cx, cy = _control(chooser, chosen)
    tip_x, tip_y = _towards(chosen.x, chosen.y, cx, cy, SYMBOL + 2)
    back_x, back_y = _towards(chosen.x, chosen.y, cx, cy, SYMBOL + 9)
    length = hypot(cx - chosen.x, cy - chosen.y) or 1.0
    side_x, side_y = -(cy - chosen.y) / length * 3.2, (cx - chosen.x) / length * 3.2
    return (
        f'<path class="arrow one-way" d="M{tip_x:.1f} {tip_y:.1f}L{back_x + side_x:.1f} '
        f'{back_y + side_y:.1f}L{back_x - side_x:.1f} {back_y - side_y:.1f}Z" fill="{ONE_WAY}"/>'
    )


def _classes(drawing: Drawing) -> str:
    names = ["sociogram", *(f"filter-{each}" for each in drawing.filters)]
    return " ".join([*names, "has-selected"] if drawing.selected else names)


def _pupil(mark: Mark, drawing: Drawing) -> str:
    is_selected = mark.participant_id == drawing.selected
    classes = ["pupil", "other" if mark.gender == "unknown" else mark.gender]
    classes += ["silent"] if not mark.has_answered else []
    classes += ["selected"] if is_selected else []
    classes += ["near"] if is_selected or _is_near(mark, drawing) else []
    weight = "700" if is_selected else "500"
    return (
        f'<a class="{" ".join(classes)}" href="?valgt={mark.participant_id}" '
        f'data-pupil="{mark.participant_id}" data-x="{mark.x:.0f}" data-y="{mark.y:.0f}" '
        f'aria-label="{escape(f"{mark.who}. {mark.says}".strip())}">'
        f"{_symbol(mark, is_selected=is_selected)}"
        f'<text class="name" x="{mark.x:.1f}" y="{mark.y + SYMBOL + 14:.1f}" text-anchor="middle" '
        f'font-size="13" font-weight="{weight}" fill="{INK}" stroke="{HALO}" stroke-width="3.5" '
        f'stroke-linejoin="round" paint-order="stroke">{escape(mark.who)}</text></a>'
    )


def _is_near(mark: Mark, drawing: Drawing) -> bool:
    own = mark.participant_id
    pairs = [*drawing.mutual, *drawing.one_way]
    return any({own, drawing.selected} == {a, b} for a, b in pairs if drawing.selected)


def _symbol(mark: Mark, *, is_selected: bool) -> str:
    fill = FILL[mark.gender] if mark.has_answered else "#ffffff"
    stroke, width = (SPRUCE, "4") if is_selected else (INK, "1.6")
    dash = "" if mark.has_answered else ' stroke-dasharray="3 2.5"'
    paint = f'class="body" fill="{fill}" stroke="{stroke}" stroke-width="{width}"{dash}'
    x, y, r = mark.x, mark.y, SYMBOL
    if mark.gender == "girl":
        return f'<circle {paint} cx="{x:.1f}" cy="{y:.1f}" r="{r:g}"/>'
    if mark.gender == "boy":
        return (
            f'<rect {paint} x="{x - r:.1f}" y="{y - r:.1f}" width="{2 * r:g}" height="{2 * r:g}" '
            'rx="2.5"/>'
        )
    corners = " ".join(
        f"{x + dx * r:.1f},{y + dy * r:.1f}"
        for dx, dy in ((-1, 0), (-0.5, -0.87), (0.5, -0.87), (1, 0), (0.5, 0.87), (-0.5, 0.87))
    )
    return f'<polygon {paint} points="{corners}"/>'

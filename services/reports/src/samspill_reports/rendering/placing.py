"""Fits positions to a picture and moves labels off each other, the same way every time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from .drawing import Mark

MARGIN: Final = 44.0
ROUNDS: Final = 400
GAP: Final = 3.0
"""Least free space between two pupils' boxes, in picture units."""


def picture_size(pupils: int) -> tuple[float, float]:
    """Return width and height that give each pupil room: 780 × 560 for a class of 30, more beyond."""
    scale = max(1.0, (pupils / 30) ** 0.5)
    return round(780 * scale), round(560 * scale)


def fitted(
    positions: Mapping[str, tuple[float, float]], width: float, height: float
) -> dict[str, tuple[float, float]]:
    """Scale positions evenly and centre them inside the margins; the shape is kept."""
    if not positions:
        return {}
    xs = [x for x, _ in positions.values()]
    ys = [y for _, y in positions.values()]
    span_x, span_y = max(xs) - min(xs), max(ys) - min(ys)
    room_x, room_y = width - 2 * MARGIN, height - 2 * MARGIN
    scale = min(
        room_x / span_x if span_x > 0 else room_x,
        room_y / span_y if span_y > 0 else room_y,
    )
    middle_x, middle_y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    return {
        name: (width / 2 + (x - middle_x) * scale, height / 2 + (y - middle_y) * scale)
        for name, (x, y) in positions.items()
    }


def spread_out(marks: Sequence[Mark], width: float, height: float) -> list[Mark]:
    """Push overlapping boxes apart along their shorter overlap until none is left.

    Deterministic: marks are taken in the order of their ids. Marks stay inside the picture. Should a
    picture be too full, the last round's positions are returned.
    """
    placed = sorted(marks, key=lambda mark: mark.participant_id)
    for _ in range(ROUNDS):
        if not _one_round(placed, width, height):
            break
    return placed


def overlap(one: Mark, other: Mark) -> tuple[float, float]:
    """Return how far two boxes reach into each other, across and down; not above 0 when apart."""
    across = one.half_width + other.half_width + GAP - abs(one.x - other.x)
    middle_one, middle_other = (one.top + one.bottom) / 2, (other.top + other.bottom) / 2
    half_heights = (one.bottom - one.top + other.bottom - other.top) / 2
    return across, half_heights + GAP - abs(middle_one - middle_other)


def _one_round(placed: list[Mark], width: float, height: float) -> bool:
    moved = False
    for first in range(len(placed)):
        for second in range(first + 1, len(placed)):
            one, other = placed[first], placed[second]
            across, down = overlap(one, other)
            if across <= 0 or down <= 0:
                continue
            moved = True
            if across < down:
                step = across / 2 * (1 if one.x <= other.x else -1)
                one, other = replace(one, x=one.x - step), replace(other, x=other.x + step)
            else:
                step = down / 2 * (1 if one.y <= other.y else -1)
                one, other = replace(one, y=one.y - step), replace(other, y=other.y + step)
            placed[first] = _inside(one, width, height)
            placed[second] = _inside(other, width, height)
    return moved


def _inside(mark: Mark, width: float, height: float) -> Mark:
    x = min(max(mark.x, mark.half_width + 4), width - mark.half_width - 4)
    y = min(max(mark.y, 20.0), height - 34.0)
    return replace(mark, x=x, y=y)

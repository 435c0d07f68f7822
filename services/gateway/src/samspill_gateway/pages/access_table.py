"""One row of the leader's table: what somebody may do, in a few words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from samspill_gateway.language import Words

from .frame import Frame
from .grants_form import CREATE, DELETE, READ, in_force

TONES: Final = {0: "quiet", 1: "quiet", 2: "waiting", 3: "good", 4: "good"}


def row_of(frame: Frame, member: Any, groups: Mapping[str, str], today: date) -> dict[str, Any]:
    """Say what one person may do now."""
    words = frame.words
    grants = in_force(member.grants, today)
    is_leader = "leader" in member.roles
    untils = sorted({each.until_on for each in grants if each.until_on})
    reached = {each.group_id for each in grants}
    return {
        "staff_id": member.staff_id,
        "name": member.display_name,
        "role": role_in_words(member.roles, words),
        "groups": words("Alle") if is_leader else _classes(reached, groups, words) or "–",
        "create": words("Ja") if is_leader else _create(grants, groups, words, reached),
        "delete": words("Alle") if is_leader else _delete(grants, groups, words),
        "levels": _levels(grants, groups, words),
        "until": ", ".join(frame.short_day(date.fromisoformat(each)) for each in untils) or "–",
    }


def role_in_words(roles: Iterable[str], words: Words) -> str:
    """Say what somebody is at the school."""
    if {"leader", "teacher"} <= set(roles):
        return words("leder og lærer")
    return words("leder") if "leader" in roles else words("lærer")


def level_in_words(level: int, words: Words) -> str:
    """Say a reading level as the leader's table does."""
    return {
        0: words("Ingenting"),
        1: words("Bare tall"),
        2: words("Elev 1, elev 2 …"),
        3: words("Navn"),
        4: words("Navn og fritekst"),
    }[level]


def _classes(group_ids: Iterable[str], groups: Mapping[str, str], words: Words) -> str:
    if "" in (wanted := set(group_ids)):
        return words("Alle")
    return ", ".join(sorted(groups[each] for each in wanted if each in groups))


def _create(
    grants: Sequence[Any], groups: Mapping[str, str], words: Words, reached: set[str]
) -> str:
    allowed = {each.group_id for each in grants if each.action == CREATE}
    if not allowed:
        return words("Nei")
    return words("Ja") if "" in allowed or allowed == reached else _classes(allowed, groups, words)


def _delete(grants: Sequence[Any], groups: Mapping[str, str], words: Words) -> str:
    allowed = {each.group_id for each in grants if each.action == DELETE}
    if allowed:
        return _classes(allowed, groups, words)
    makes_own = any(each.action == CREATE for each in grants)
    return words("Egne") if makes_own else words("Nei")


def _levels(
    grants: Sequence[Any], groups: Mapping[str, str], words: Words
) -> list[tuple[str, str, str]]:
    """Level, tone and classes; the classes are named where there is more than one level."""
    highest: dict[str, int] = {}
    for each in grants:
        if each.action == READ:
            highest[each.group_id] = max(each.level, highest.get(each.group_id, 0))
    levels = sorted(set(highest.values()), reverse=True) or [0]
    return [
        (
            level_in_words(level, words),
            TONES[level],
            _classes((key for key, at in highest.items() if at == level), groups, words)
            if len(levels) > 1
            else "",
        )
        for level in levels
    ]

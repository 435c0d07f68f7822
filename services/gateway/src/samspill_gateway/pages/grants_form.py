"""What one person may do, as the leader fills it in: one part for each set of classes (SPEC I2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from samspill_gateway.language import Words

CREATE, DELETE, READ, ROSTER, SHARE = 1, 2, 3, 4, 5
"""GrantAction of identity by its number in the contract."""

RIGHTS: Final = (("create", CREATE), ("delete", DELETE), ("share", SHARE), ("roster", ROSTER))
LEVELS: Final = ("0", "1", "2", "3", "4")
"""ReadLevel by number: none, aggregate, pseudonymous, named, free text."""

SCHOOL, GROUPS = "school", "groups"
MOST_PARTS: Final = 20
"""Far more than a school's leader would read."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some rights, for the whole school or some classes, until one day."""

    number: int
    rights: frozenset[str]
    level: str
    scope: str
    group_ids: tuple[str, ...]
    until_on: str
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def suffix(self) -> str:
        """Put after the name of each field; the first part has none."""
        return "" if self.number == 1 else f"-{self.number}"


def in_force(grants: Iterable[Any], today: date) -> list[Any]:
    """Return the grants whose last day has not passed."""
    return [each for each in grants if not each.until_on or each.until_on >= today.isoformat()]


def parts_of(grants: Iterable[Any], default_until: date) -> list[Part]:
    """Return the form of what is granted now: classes with the same rights share a part."""
    rights: dict[tuple[str, str], set[tuple[int, int]]] = {}
    for each in grants:
        rights.setdefault((each.until_on, each.group_id), set()).add((each.action, each.level))
    classes: dict[tuple[str, bool, frozenset[tuple[int, int]]], list[str]] = {}
    for (until_on, group_id), granted in rights.items():
        key = (until_on, not group_id, frozenset(granted))
        classes.setdefault(key, []).append(group_id)
    parts = [
        _part(
            number, granted, [] if is_school else group_ids, until_on or default_until.isoformat()
        )
        for number, ((until_on, is_school, granted), group_ids) in enumerate(classes.items(), 1)
    ]
    return parts or [empty_part(1, default_until)]


def _part(
    number: int, granted: frozenset[tuple[int, int]], group_ids: Sequence[str], until_on: str
) -> Part:
    actions = {action for action, _ in granted}
    return Part(
        number,
        frozenset(name for name, action in RIGHTS if action in actions),
        str(max((level for action, level in granted if action == READ), default=0)),
        GROUPS if group_ids else SCHOOL,
        tuple(group_ids),
        until_on,
    )


def empty_part(number: int, default_until: date) -> Part:
    """Return a part in which nothing is allowed yet."""
    return Part(number, frozenset(), "0", GROUPS, (), default_until.isoformat())


def parts_from_fields(fields: Any) -> list[Part]:
    """Read the form as it was typed; a part is there when its last day is."""
    parts: list[Part] = []
    for number in range(1, MOST_PARTS + 1):
        suffix = "" if number == 1 else f"-{number}"
        if f"until_on{suffix}" not in fields:
            break
        level = str(fields.get(f"level{suffix}") or "0")
        parts.append(
            Part(
                number,
                frozenset(name for name, _ in RIGHTS if f"{name}{suffix}" in fields),
                level if level in LEVELS else "0",
                SCHOOL if fields.get(f"scope{suffix}") == SCHOOL else GROUPS,
                tuple(str(each) for each in fields.getlist(f"group_ids{suffix}")),
                str(fields.get(f"until_on{suffix}") or ""),
            )
        )
    return parts


def renumbered(parts: Sequence[Part]) -> list[Part]:
    """Return the parts counted from one, after one was taken away."""
    return [replace(part, number=place) for place, part in enumerate(parts, 1)]


def checked(parts: Sequence[Part], words: Words, today: date) -> list[Part]:
    """Return the parts with what is wrong in them; a part that allows nothing is never wrong."""
    return [replace(part, errors=_errors(part, words, today)) for part in parts]


def _errors(part: Part, words: Words, today: date) -> dict[str, str]:
    if not _allows(part):
        return {}
    errors = {}
    if part.scope == GROUPS and not part.group_ids:
        errors["group_ids"] = words("Velg minst én klasse, eller hele skolen.")
    if not _is_ahead(part.until_on, today):
        errors["until_on"] = words(
            "Siste dag finnes ikke, eller er passert. Velg en dag som kommer."
        )
    return errors


def _is_ahead(iso: str, today: date) -> bool:
    try:
        return date.fromisoformat(iso) >= today
    except ValueError:
        return False


def _allows(part: Part) -> bool:
    return bool(part.rights) or part.level != "0"


def grants_of(parts: Sequence[Part]) -> list[Mapping[str, Any]]:
    """Return the contract's grants: each right for each chosen class."""
    grants: list[Mapping[str, Any]] = []
    for part in parts:
        wanted = [(action, 0) for name, action in RIGHTS if name in part.rights]
        wanted += [(READ, int(part.level))] if part.level != "0" else []
        groups: Sequence[str | None] = [None] if part.scope == SCHOOL else part.group_ids
        grants += [
            {"action": action, "level": level, "group_id": group, "until_on": part.until_on}
            for action, level in wanted
            for group in groups
        ]
    return grants

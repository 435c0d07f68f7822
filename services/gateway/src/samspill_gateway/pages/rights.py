"""What a person may do at the active school, as far as pages show buttons by it; services check again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from .visitors import Visitor

CREATE: Final = 1
READ: Final = 3
"""GrantAction of identity by its number in the contract."""


def may_create(visitor: Visitor) -> bool:
    """Whether the person may make a survey for at least one group."""
    return is_leader(visitor) or bool(_granted(visitor, CREATE))


def groups_to_create_for(visitor: Visitor, groups: Sequence[Any]) -> list[Any]:
    """Return those of the school's groups that the person may make surveys for."""
    granted = {grant.group_id for grant in _granted(visitor, CREATE)}
    if is_leader(visitor) or "" in granted:
        return list(groups)
    return [each for each in groups if each.group_id in granted]


def may_read(visitor: Visitor, *, created_by: str) -> bool:
    """Whether a report of a survey that the person sees may hold anything for them.

    Somebody who neither made it nor leads the school sees it because they read it.
    """
    assert visitor.staff is not None
    is_owner = is_leader(visitor) or created_by == visitor.staff.staff_id
    return not is_owner or bool(_granted(visitor, READ))


def is_leader(visitor: Visitor) -> bool:
    assert visitor.staff is not None
    return "leader" in visitor.staff.roles


def _granted(visitor: Visitor, action: int) -> list[Any]:
    assert visitor.staff is not None
    return [grant for grant in visitor.staff.grants if grant.action == action]

"""What a leader lets staff do, until when (SPEC I2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from samspill_identity.domain.errors import GrantDateMalformed, GrantLevelMissing, NotALeader
from samspill_kit.ids import GroupId, StaffId
from samspill_kit.policy import Deed, demand
from samspill_kit.principal import Action, Grant, Level, StaffPrincipal


@dataclass(frozen=True, slots=True)
class DatedGrant:
    """A grant with its last day."""

    grant: Grant
    until_on: date

    def counts_on(self, day: date) -> bool:
        """Whether the grant holds on this day."""
        return day <= self.until_on


@dataclass(frozen=True, slots=True)
class GrantWish:
    """A grant as the leader states it; an absent day means the end of the school year."""

    action: Action
    level: Level | None
    group_id: GroupId | None
    until_on: date | None

    def on(self, today: date) -> DatedGrant:
        """The grant, made today. Raises GrantLevelMissing and GrantDateMalformed."""
        if (self.action is Action.READ_REPORT) != (self.level is not None):
            raise GrantLevelMissing(action=self.action.value)
        until_on = self.until_on or end_of_school_year(today)
        if until_on < today:
            raise GrantDateMalformed(action=self.action.value)
        return DatedGrant(Grant(self.action, self.level, self.group_id), until_on)


def end_of_school_year(day: date) -> date:
    """The last day of the Norwegian school year that this day belongs to: 31 July."""
    return date(day.year if day.month <= 7 else day.year + 1, 7, 31)


def in_force(grants: Iterable[DatedGrant], day: date) -> tuple[Grant, ...]:
    """The grants that hold on this day."""
    return tuple(dated.grant for dated in grants if dated.counts_on(day))


def demand_leader(principal: StaffPrincipal) -> None:
    """Raises NotALeader for anybody who does not lead the active school."""
    demand(Deed.GOVERN_ACCESS, principal, otherwise=NotALeader)


def demand_auditor(principal: StaffPrincipal) -> None:
    """Raises NotALeader for anybody who may not read the log of the active school."""
    demand(Deed.READ_AUDIT, principal, otherwise=NotALeader)


def level_of(
    grants: Sequence[Grant], group_ids: Sequence[GroupId], *, is_creator: bool
) -> Level | None:
    """The level at which somebody reads a survey over these groups; None is not at all.

    Every group must be granted, and the lowest level counts. Creators always read their own
    surveys at the level granted to them: where a group is not named in their grants, the lowest of
    all their levels (SPEC I2). Default is deny.
    """
    reading = [grant for grant in grants if grant.action is Action.READ_REPORT and grant.level]
    levels = [_highest(reading, group_id) for group_id in group_ids]
    granted = [level for level in levels if level is not None]
    if granted and len(granted) == len(levels):
        return min(granted)
    return lowest_level(grants) if is_creator else None


def lowest_level(grants: Iterable[Grant]) -> Level | None:
    """The lowest level that somebody was granted anywhere at the school; None is none."""
    return min((one.level for one in grants if one.level), default=None)


def _highest(reading: Sequence[Grant], group_id: GroupId) -> Level | None:
    return max((g.level for g in reading if g.level and g.covers(group_id)), default=None)


@dataclass(frozen=True, slots=True)
class StaffGrants:
    """Everything that one member of staff is granted at the school."""

    staff_id: StaffId
    grants: tuple[DatedGrant, ...]

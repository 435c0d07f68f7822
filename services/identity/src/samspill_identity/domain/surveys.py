"""What identity knows of a survey: who made it, over which groups, and who reads it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from samspill_identity.domain.errors import (
    NotAReader,
    NotSurveyOwner,
    ReadersAreFixed,
    ReadersNotFixed,
    SurveyClosed,
    SurveyIsLocked,
)
from samspill_identity.domain.grants import level_of, lowest_level
from samspill_identity.domain.schools import Colleague
from samspill_kit.ids import GroupId, SchoolId, StaffId, SurveyId
from samspill_kit.policy import About, Deed, demand
from samspill_kit.principal import Grant, Level, Role, StaffPrincipal


@dataclass(frozen=True, slots=True)
class Reader:
    """A person whom the pupils are told about."""

    staff_id: StaffId
    display_name: str
    role: Role
    level: Level


@dataclass(frozen=True, slots=True)
class Share:
    """A survey that a colleague reads beside those whom the grants name (SPEC I2)."""

    survey_id: SurveyId
    staff_id: StaffId
    level: Level
    shared_by: StaffId
    shared_at: datetime
    sealed_reason: bytes | None = None
    """Why, of a reader who came after the opening; ciphertext that goes with the survey."""


@dataclass(frozen=True, slots=True)
class RecordedSurvey:
    """A survey as far as access to it goes."""

    id: SurveyId
    school_id: SchoolId
    created_by: StaffId
    group_ids: tuple[GroupId, ...]
    delete_on: date
    ceiling_on: date
    readers: tuple[Reader, ...] | None = None
    """None until the survey is opened; then fixed (SPEC I2)."""

    closed_at: datetime | None = None
    is_locked: bool = False

    @property
    def as_subject(self) -> About:
        """What the policy needs to know of it."""
        return About(self.id, self.created_by, self.group_ids)

    def demand_unlocked(self) -> None:
        """Raises SurveyIsLocked."""
        if self.is_locked:
            raise SurveyIsLocked(survey_id=self.id)

    def demand_managed_by(self, principal: StaffPrincipal, deed: Deed = Deed.CHANGE_SURVEY) -> None:
        """Raises SurveyIsLocked; NotSurveyOwner for whom the policy refuses this deed."""
        self.demand_unlocked()
        demand(deed, principal, self.as_subject, otherwise=NotSurveyOwner, survey_id=self.id)

    def demand_entered(self, principal: StaffPrincipal) -> None:
        """Raises what stands in the way of making codes: locked, another's, draft, closed."""
        self.demand_managed_by(principal, Deed.HAND_OUT_CODES)
        if self.readers is None:
            raise ReadersNotFixed(survey_id=self.id)
        if self.closed_at is not None:
            raise SurveyClosed(survey_id=self.id)

    def planned_again(
        self, group_ids: Sequence[GroupId], *, delete_on: date, by: StaffPrincipal
    ) -> "RecordedSurvey":
        """The draft over other groups, with another day of deletion. Raises ReadersAreFixed."""
        self.demand_managed_by(by)
        if self.readers is not None:
            if set(group_ids) == set(self.group_ids) and delete_on == self.delete_on:
                return self
            raise ReadersAreFixed(survey_id=self.id)
        return replace(self, group_ids=tuple(group_ids), delete_on=min(delete_on, self.ceiling_on))

    def level_now(
        self, staff_id: StaffId, grants: Sequence[Grant], shares: Sequence[Share]
    ) -> Level | None:
        """The level that grants and shares give now; None is not at all.

        A share reaches beyond the groups of the grants and never above their level (SPEC I2).
        """
        granted = level_of(grants, self.group_ids, is_creator=staff_id == self.created_by)
        shared = next((one.level for one in shares if one.staff_id == staff_id), None)
        own = lowest_level(grants)
        if shared and own:
            shared = min(shared, own)
            return max(granted, shared) if granted else shared
        return granted

    def readers_among(
        self,
        colleagues: Sequence[Colleague],
        grants: Mapping[StaffId, Sequence[Grant]],
        shares: Sequence[Share] = (),
    ) -> tuple[Reader, ...]:
        """Who would read the survey if it were opened now, creator first, then by name."""
        readers = []
        for one in colleagues:
            level = self.level_now(one.staff_id, grants.get(one.staff_id, ()), shares)
            if level and one.roles:
                role = Role.LEADER if one.is_leader else Role.TEACHER
                readers.append(Reader(one.staff_id, one.display_name, role, level))
        return tuple(sorted(readers, key=lambda reader: reader.staff_id != self.created_by))

    def level_for(
        self,
        staff_id: StaffId,
        grants: Sequence[Grant],
        shares: Sequence[Share] = (),
        *,
        wanted: Level,
    ) -> Level:
        """The level that a permit carries: the lowest of wanted, told to pupils, and granted now.

        Raises ReadersNotFixed, NotAReader, SurveyIsLocked.
        """
        self.demand_unlocked()
        if self.readers is None:
            raise ReadersNotFixed(survey_id=self.id)
        told = next((one.level for one in self.readers if one.staff_id == staff_id), None)
        granted = self.level_now(staff_id, grants, shares)
        if told is None or granted is None:
            raise NotAReader(survey_id=self.id, who_can="leader")
        return min(wanted, told, granted)

"""Who is acting and what they may do, as the passport says; plain Python for the domain."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import total_ordering

from samspill_kit.ids import (
    GroupId,
    MunicipalityId,
    ParticipantId,
    SchoolId,
    SessionId,
    StaffId,
    SurveyId,
)


class Role(Enum):
    """What somebody is at the active school or municipality."""

    LEADER = "leader"
    TEACHER = "teacher"
    MUNICIPALITY_ADMIN = "municipality_admin"


class Action(Enum):
    """What a leader can grant (SPEC I2)."""

    CREATE_SURVEY = "create_survey"
    DELETE_SURVEY = "delete_survey"
    READ_REPORT = "read_report"
    MANAGE_ROSTER = "manage_roster"
    SHARE = "share"


@total_ordering
class Level(Enum):
    """How much of a report may be read; each level holds the ones before it (SPEC I2)."""

    AGGREGATE = "aggregate"
    PSEUDONYMOUS = "pseudonymous"
    NAMED = "named"
    FREE_TEXT = "free_text"

    def __lt__(self, other: "Level") -> bool:
        return _LEVELS.index(self) < _LEVELS.index(other)


_LEVELS = tuple(Level)


@dataclass(frozen=True, slots=True)
class Grant:
    """One right at the active school."""

    action: Action
    level: Level | None = None
    """Of READ_REPORT alone."""

    group_id: GroupId | None = None
    """Absent: the whole school."""

    def covers(self, group_id: GroupId | None) -> bool:
        """Whether the grant reaches this group; None asks for the whole school."""
        return self.group_id is None or self.group_id == group_id


@dataclass(frozen=True, slots=True)
class Share:
    """A colleague's survey that was shared, and the level it is read at."""

    survey_id: SurveyId
    level: Level


@dataclass(frozen=True, slots=True)
class StaffPrincipal:
    """A member of staff with the rights at one active school."""

    staff_id: StaffId
    municipality_id: MunicipalityId
    school_id: SchoolId
    roles: frozenset[Role]
    grants: tuple[Grant, ...]
    session_id: SessionId
    shares: tuple[Share, ...] = ()
    has_second_factor: bool = False
    """The sign-in was confirmed by something the person has, not only by a password."""

    @property
    def is_leader(self) -> bool:
        """Whether the person leads the active school."""
        return Role.LEADER in self.roles

    def shared_level(self, survey_id: SurveyId | None) -> Level | None:
        """The level at which this survey was shared with the person; None is not at all."""
        return next((one.level for one in self.shares if one.survey_id == survey_id), None)

    def level_for(self, group_ids: Iterable[GroupId]) -> Level | None:
        """The level at which a report over all these groups may be read; None is not at all.

        Every group must be granted, and the lowest of their levels counts. Without a group only
        a grant for the whole school counts.
        """
        wanted: list[GroupId | None] = list(group_ids) or [None]
        levels = [self._level_of(group_id) for group_id in wanted]
        granted = [level for level in levels if level is not None]
        return min(granted) if len(granted) == len(levels) else None

    def _level_of(self, group_id: GroupId | None) -> Level | None:
        return max(
            (
                grant.level
                for grant in self.grants
                if grant.action is Action.READ_REPORT and grant.level and grant.covers(group_id)
            ),
            default=None,
        )


@dataclass(frozen=True, slots=True)
class MunicipalityPrincipal:
    """An administrator with the municipality itself as the active place: no school, no pupil."""

    staff_id: StaffId
    municipality_id: MunicipalityId
    session_id: SessionId
    has_second_factor: bool = False


@dataclass(frozen=True, slots=True)
class PupilPrincipal:
    """A pupil inside one survey."""

    municipality_id: MunicipalityId
    school_id: SchoolId
    survey_id: SurveyId
    participant_id: ParticipantId
    session_id: SessionId
    write_only: bool
    """The code was typed anew: answers can be replaced, never shown (SPEC S6)."""


@dataclass(frozen=True, slots=True)
class ServicePrincipal:
    """Another service doing work without a person."""

    name: str


Principal = StaffPrincipal | MunicipalityPrincipal | PupilPrincipal | ServicePrincipal


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The last place of a school's audit chain, as identity signs it (SPEC I8)."""

    school_id: SchoolId
    sequence: int
    digest: bytes
    """SHA-256."""


@dataclass(frozen=True, slots=True)
class Permit:
    """Identity's leave to show individual data once; exists only with its audit entry (SPEC I8)."""

    staff_id: StaffId
    school_id: SchoolId
    survey_id: SurveyId
    level: Level
    participants: frozenset[ParticipantId] | None
    """None: all of the survey."""

    audit_id: str
    """The audit entry that was committed before the permit was signed."""

"""Two schools, their people and a survey, with made-up ids."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from samspill_kit.ids import MunicipalityId, SchoolId, SessionId, StaffId, SurveyId
from samspill_kit.principal import Action, Grant, Role, StaffPrincipal
from samspill_retention.domain.lifetime import Lifetime, ceiling_after

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LAST_DAY = date(2027, 6, 30)


def staff(
    school_id: SchoolId,
    staff_id: StaffId | None = None,
    *roles: Role,
    grants: tuple[Grant, ...] = (),
) -> StaffPrincipal:
    return StaffPrincipal(
        staff_id or StaffId(uuid4()),
        MunicipalityId(UUID(int=9)),
        school_id,
        frozenset(roles or (Role.TEACHER,)),
        grants,
        SessionId(uuid4()),
    )


@dataclass(frozen=True)
class School:
    """A school with a survey of its own; ids are new each time."""

    id: SchoolId = field(default_factory=lambda: SchoolId(uuid4()))
    survey_id: SurveyId = field(default_factory=lambda: SurveyId(uuid4()))
    creator_id: StaffId = field(default_factory=lambda: StaffId(uuid4()))

    @property
    def creator(self) -> StaffPrincipal:
        return staff(self.id, self.creator_id)

    @property
    def leader(self) -> StaffPrincipal:
        return staff(self.id, None, Role.LEADER)

    @property
    def colleague(self) -> StaffPrincipal:
        return staff(self.id)

    @property
    def granted_colleague(self) -> StaffPrincipal:
        return staff(self.id, None, grants=(Grant(Action.DELETE_SURVEY),))

    def lifetime(self, *, delete_on: date = LAST_DAY, created_at: datetime = NOW) -> Lifetime:
        return Lifetime(
            self.id,
            self.survey_id,
            self.creator_id,
            created_at,
            delete_on,
            ceiling_after(created_at.date()),
        )

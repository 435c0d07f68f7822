"""What a person may do (SPEC I2): nothing that was not granted."""

from uuid import uuid4

import pytest

from samspill_kit.ids import GroupId, MunicipalityId, SchoolId, SessionId, StaffId
from samspill_kit.principal import Action, Grant, Level, Role, StaffPrincipal

CLASS_6A, CLASS_6B = GroupId(uuid4()), GroupId(uuid4())


def staff(*grants: Grant, role: Role = Role.TEACHER) -> StaffPrincipal:
    return StaffPrincipal(
        staff_id=StaffId(uuid4()),
        municipality_id=MunicipalityId(uuid4()),
        school_id=SchoolId(uuid4()),
        roles=frozenset({role}),
        grants=grants,
        session_id=SessionId(uuid4()),
    )


@pytest.mark.parametrize("action", Action)
def test_default_is_deny(action: Action) -> None:
    assert not staff().may(action)
    assert not staff().may(action, CLASS_6A)


@pytest.mark.parametrize("action", Action)
def test_a_leader_may_everything_but_read_reports(action: Action) -> None:
    assert staff(role=Role.LEADER).may(action) is (action is not Action.READ_REPORT)


def test_a_grant_for_a_group_reaches_that_group_alone() -> None:
    teacher = staff(Grant(Action.CREATE_SURVEY, None, CLASS_6A))
    assert teacher.may(Action.CREATE_SURVEY, CLASS_6A)
    assert not teacher.may(Action.CREATE_SURVEY, CLASS_6B)
    assert not teacher.may(Action.CREATE_SURVEY)


def test_a_grant_for_the_school_reaches_every_group() -> None:
    assert staff(Grant(Action.MANAGE_ROSTER)).may(Action.MANAGE_ROSTER, CLASS_6B)


def test_a_report_over_two_groups_is_read_at_the_lower_of_their_levels() -> None:
    teacher = staff(
        Grant(Action.READ_REPORT, Level.FREE_TEXT, CLASS_6A),
        Grant(Action.READ_REPORT, Level.AGGREGATE, CLASS_6B),
    )
    assert teacher.level_for([CLASS_6A]) is Level.FREE_TEXT
    assert teacher.level_for([CLASS_6A, CLASS_6B]) is Level.AGGREGATE


def test_a_report_over_a_group_that_was_not_granted_is_not_read_at_all() -> None:
    teacher = staff(Grant(Action.READ_REPORT, Level.FREE_TEXT, CLASS_6A))
    assert teacher.level_for([CLASS_6A, CLASS_6B]) is None
    assert teacher.level_for([]) is None


def test_the_highest_of_several_grants_counts() -> None:
    teacher = staff(
        Grant(Action.READ_REPORT, Level.AGGREGATE),
        Grant(Action.READ_REPORT, Level.NAMED, CLASS_6A),
    )
    assert teacher.level_for([CLASS_6A]) is Level.NAMED
    assert teacher.level_for([CLASS_6B]) is Level.AGGREGATE


def test_levels_are_ordered() -> None:
    assert sorted(Level) == [
        Level.AGGREGATE,
        Level.PSEUDONYMOUS,
        Level.NAMED,
        Level.FREE_TEXT,
    ]

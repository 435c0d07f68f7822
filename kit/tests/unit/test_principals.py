"""What a person may do (SPEC I2): nothing that was not granted."""

from dataclasses import replace
from uuid import uuid4

from samspill_kit.ids import GroupId, MunicipalityId, SchoolId, SessionId, StaffId, SurveyId
from samspill_kit.principal import Action, Grant, Level, Role, Share, StaffPrincipal

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


def test_a_share_reaches_its_survey_alone() -> None:
    shared, other = SurveyId(uuid4()), SurveyId(uuid4())
    teacher = replace(staff(), shares=(Share(shared, Level.NAMED),))
    assert teacher.shared_level(shared) is Level.NAMED
    assert teacher.shared_level(other) is None
    assert staff(role=Role.LEADER).shared_level(shared) is None


def test_levels_are_ordered() -> None:
    assert sorted(Level) == [
        Level.AGGREGATE,
        Level.PSEUDONYMOUS,
        Level.NAMED,
        Level.FREE_TEXT,
    ]

"""Memberships, grants, and who reads a survey at which level (SPEC I1, I2)."""

from dataclasses import replace
from datetime import date

import pytest

from samspill_identity.domain.errors import (
    GrantDateMalformed,
    GrantLevelMissing,
    NotAReader,
    NotSurveyOwner,
    ReadersAreFixed,
    ReadersNotFixed,
    SurveyIsLocked,
)
from samspill_identity.domain.grants import (
    DatedGrant,
    GrantWish,
    end_of_school_year,
    in_force,
    level_of,
)
from samspill_identity.domain.schools import (
    Colleague,
    Membership,
    group_path_of,
    memberships_of,
    school_id_of,
)
from samspill_identity.domain.surveys import Reader, RecordedSurvey
from samspill_kit.errors import DomainError
from samspill_kit.ids import (
    GroupId,
    MunicipalityId,
    RandomIds,
    SchoolId,
    SessionId,
    StaffId,
    SurveyId,
)
from samspill_kit.principal import Action, Grant, Level, Role, StaffPrincipal

IDS = RandomIds()
TODAY = date(2026, 11, 23)
A, B = IDS.new(GroupId), IDS.new(GroupId)
KARI, NILS = IDS.new(StaffId), IDS.new(StaffId)
SCHOOL = IDS.new(SchoolId)


def reading(level: Level, group_id: GroupId | None = None) -> Grant:
    return Grant(Action.READ_REPORT, level, group_id)


def principal(staff_id: StaffId, *roles: Role) -> StaffPrincipal:
    return StaffPrincipal(
        staff_id, IDS.new(MunicipalityId), SCHOOL, frozenset(roles), (), IDS.new(SessionId)
    )


@pytest.fixture
def survey() -> RecordedSurvey:
    return RecordedSurvey(
        IDS.new(SurveyId), SCHOOL, KARI, (A,), date(2027, 7, 31), date(2030, 1, 1)
    )


def test_groups_of_keycloak_mean_roles() -> None:
    paths = [
        "/skoler/111111111/ledere",
        "/skoler/222222222/larere",
        "/kommuner/999999999/administratorer",
    ]
    assert memberships_of(paths) == {
        Membership("111111111", Role.LEADER),
        Membership("222222222", Role.TEACHER),
        Membership("999999999", Role.MUNICIPALITY_ADMIN),
    }
    assert group_path_of("111111111", Role.LEADER) == paths[0]


@pytest.mark.parametrize(
    "path",
    [
        *("", "/", "skoler/1/ledere", "/skoler/1/ledere/under", "/skoler/1", "/kommuner/1/ledere"),
        *("/skoler/1/administratorer", "x/skoler/1/ledere", "/andre/1/ledere", "//1/ledere"),
    ],
)
def test_other_groups_mean_nothing(path: str) -> None:
    assert memberships_of([path]) == frozenset()


def test_a_school_has_the_same_id_everywhere() -> None:
    assert str(school_id_of("111111111")) == str(school_id_of("111111111"))
    assert school_id_of("111111111") != school_id_of("222222222")


@pytest.mark.parametrize(
    ("day", "end"),
    [
        (date(2026, 8, 1), date(2027, 7, 31)),
        (date(2027, 7, 31), date(2027, 7, 31)),
        (date(2026, 12, 31), date(2027, 7, 31)),
        (date(2027, 1, 1), date(2027, 7, 31)),
    ],
)
def test_a_grant_without_a_day_ends_with_the_school_year(day: date, end: date) -> None:
    assert end_of_school_year(day) == end
    assert GrantWish(Action.SHARE, None, None, None).on(day).until_on == end


def test_a_grant_holds_through_its_last_day() -> None:
    dated = DatedGrant(Grant(Action.SHARE), TODAY)
    assert in_force([dated], TODAY) == (dated.grant,)
    assert in_force([dated], date(2026, 11, 24)) == ()


def test_what_makes_no_grant_is_refused() -> None:
    with pytest.raises(GrantLevelMissing):
        GrantWish(Action.READ_REPORT, None, None, None).on(TODAY)
    with pytest.raises(GrantLevelMissing):
        GrantWish(Action.SHARE, Level.NAMED, None, None).on(TODAY)
    with pytest.raises(GrantDateMalformed):
        GrantWish(Action.SHARE, None, None, date(2026, 11, 22)).on(TODAY)


@pytest.mark.parametrize(
    ("grants", "groups", "is_creator", "level"),
    [
        ([], (A,), False, None),
        ([], (A,), True, None),
        ([reading(Level.NAMED)], (A, B), False, Level.NAMED),
        ([reading(Level.NAMED, A)], (A,), False, Level.NAMED),
        ([reading(Level.NAMED, A)], (A, B), False, None),
        ([reading(Level.NAMED, A)], (A, B), True, Level.NAMED),
        ([reading(Level.NAMED, A), reading(Level.AGGREGATE, B)], (A, B), False, Level.AGGREGATE),
        ([reading(Level.NAMED), reading(Level.AGGREGATE, A)], (A,), False, Level.NAMED),
        ([reading(Level.FREE_TEXT, B)], (A,), False, None),
        ([Grant(Action.SHARE)], (A,), True, None),
    ],
)
def test_the_level_of_a_report(
    grants: list[Grant], groups: tuple[GroupId, ...], is_creator: bool, level: Level | None
) -> None:
    assert level_of(grants, groups, is_creator=is_creator) == level


def test_readers_are_those_who_may_read_the_creator_first(survey: RecordedSurvey) -> None:
    colleagues = [
        Colleague(NILS, "Arne", frozenset({Role.LEADER, Role.TEACHER})),
        Colleague(IDS.new(StaffId), "Berit", frozenset({Role.TEACHER})),
        Colleague(KARI, "Kari", frozenset({Role.TEACHER})),
    ]
    grants = {NILS: [reading(Level.FREE_TEXT)], KARI: [reading(Level.NAMED, A)]}
    assert survey.readers_among(colleagues, grants) == (
        Reader(KARI, "Kari", Role.TEACHER, Level.NAMED),
        Reader(NILS, "Arne", Role.LEADER, Level.FREE_TEXT),
    )


def test_a_leader_without_a_grant_is_no_reader(survey: RecordedSurvey) -> None:
    leader = Colleague(NILS, "Arne", frozenset({Role.LEADER}))
    assert survey.readers_among([leader], {}) == ()


def test_a_permit_has_the_lowest_of_three_levels(survey: RecordedSurvey) -> None:
    told = Reader(NILS, "Nils", Role.TEACHER, Level.NAMED)
    survey = replace(survey, readers=(told,))
    free, named, aggregate = (
        [reading(level)] for level in (Level.FREE_TEXT, Level.NAMED, Level.AGGREGATE)
    )
    assert survey.level_for(NILS, free, wanted=Level.FREE_TEXT) is Level.NAMED
    assert survey.level_for(NILS, aggregate, wanted=Level.FREE_TEXT) is Level.AGGREGATE
    assert survey.level_for(NILS, named, wanted=Level.PSEUDONYMOUS) is Level.PSEUDONYMOUS


def test_who_gets_no_permit(survey: RecordedSurvey) -> None:
    told = replace(survey, readers=(Reader(NILS, "Nils", Role.TEACHER, Level.NAMED),))
    grants = [reading(Level.FREE_TEXT)]
    cases: list[tuple[RecordedSurvey, StaffId, list[Grant], type[DomainError]]] = [
        (survey, NILS, grants, ReadersNotFixed),
        (told, KARI, grants, NotAReader),
        (told, NILS, [], NotAReader),
        (replace(told, is_locked=True), NILS, grants, SurveyIsLocked),
    ]
    for asked, staff_id, held, refusal in cases:
        with pytest.raises(refusal):
            asked.level_for(staff_id, held, wanted=Level.AGGREGATE)


def test_creator_and_leaders_manage_a_survey(survey: RecordedSurvey) -> None:
    survey.demand_managed_by(principal(KARI, Role.TEACHER))
    survey.demand_managed_by(principal(NILS, Role.LEADER))
    with pytest.raises(NotSurveyOwner):
        survey.demand_managed_by(principal(NILS, Role.TEACHER))


def test_an_opened_survey_keeps_its_groups(survey: RecordedSurvey) -> None:
    by = principal(KARI, Role.TEACHER)
    day = survey.delete_on
    assert survey.planned_again([B], delete_on=day, by=by).group_ids == (B,)
    opened = replace(survey, readers=())
    assert opened.planned_again([A], delete_on=day, by=by) == opened
    with pytest.raises(ReadersAreFixed):
        opened.planned_again([B], delete_on=day, by=by)


def test_a_day_of_deletion_stays_below_the_ceiling(survey: RecordedSurvey) -> None:
    by = principal(KARI, Role.TEACHER)
    late = survey.planned_again([A], delete_on=date(2040, 1, 1), by=by)
    assert late.delete_on == survey.ceiling_on

"""The table of who may do what, and the page written from it."""

from pathlib import Path
from uuid import UUID

import pytest

from samspill_kit import policy
from samspill_kit.errors import Forbidden
from samspill_kit.ids import (
    GroupId,
    MunicipalityId,
    ParticipantId,
    SchoolId,
    SessionId,
    StaffId,
    SurveyId,
)
from samspill_kit.policy import TABLE, About, Deed, allows, demand
from samspill_kit.principal import (
    Action,
    Grant,
    Level,
    MunicipalityPrincipal,
    PupilPrincipal,
    Role,
    ServicePrincipal,
    Share,
    StaffPrincipal,
)

PAGE = Path(__file__).resolve().parents[3] / "docs" / "policy.md"
KARI, NILS = StaffId(UUID(int=1)), StaffId(UUID(int=2))
SURVEY, OTHER_SURVEY = SurveyId(UUID(int=3)), SurveyId(UUID(int=4))
FIVE_A, FIVE_B = GroupId(UUID(int=5)), GroupId(UUID(int=6))
MUNICIPALITY, SCHOOL = MunicipalityId(UUID(int=7)), SchoolId(UUID(int=8))
SESSION = SessionId(UUID(int=9))
KARIS = About(SURVEY, KARI, (FIVE_A,))


def staff(
    *grants: Grant, who: StaffId = NILS, role: Role = Role.TEACHER, shares: tuple[Share, ...] = ()
) -> StaffPrincipal:
    return StaffPrincipal(who, MUNICIPALITY, SCHOOL, frozenset({role}), grants, SESSION, shares)


def pupil() -> PupilPrincipal:
    return PupilPrincipal(MUNICIPALITY, SCHOOL, SURVEY, ParticipantId(UUID(int=10)), SESSION, False)


def test_every_deed_has_exactly_one_row() -> None:
    assert sorted(rule.deed.name for rule in TABLE) == sorted(deed.name for deed in Deed)


def test_the_page_in_docs_is_the_table() -> None:
    assert PAGE.read_text() == policy.as_markdown()


@pytest.mark.parametrize("deed", [rule.deed for rule in TABLE], ids=lambda deed: deed.name)
def test_nobody_without_a_tie_may_anything(deed: Deed) -> None:
    assert not allows(deed, staff(), KARIS)
    assert not allows(deed, MunicipalityPrincipal(KARI, MUNICIPALITY, SESSION), KARIS)
    assert not allows(deed, pupil(), KARIS)
    assert not allows(deed, ServicePrincipal("reports"), KARIS)


def test_a_refusal_is_the_services_own_and_says_who_can_open() -> None:
    with pytest.raises(Forbidden) as refused:
        demand(Deed.CLOSE_SURVEY, staff(), KARIS, otherwise=Forbidden, survey_id=SURVEY)
    assert refused.value.details == {"survey_id": str(SURVEY), "who_can": "creator_or_leader"}


def test_a_grant_reaches_only_its_groups_and_every_group_is_needed() -> None:
    nils = staff(Grant(Action.CREATE_SURVEY, group_id=FIVE_A))
    assert allows(Deed.CREATE_SURVEY, nils, About(group_ids=(FIVE_A,)))
    assert not allows(Deed.CREATE_SURVEY, nils, About(group_ids=(FIVE_A, FIVE_B)))
    assert not allows(Deed.CREATE_SURVEY, nils)
    assert not allows(Deed.MANAGE_ROSTER, nils)


def test_a_survey_is_seen_by_creator_leader_reader_of_all_and_sharer() -> None:
    reads = Grant(Action.READ_REPORT, Level.AGGREGATE, FIVE_A)
    assert allows(Deed.SEE_SURVEY, staff(who=KARI), KARIS)
    assert allows(Deed.SEE_SURVEY, staff(role=Role.LEADER), KARIS)
    assert allows(Deed.SEE_SURVEY, staff(reads), KARIS)
    assert not allows(Deed.SEE_SURVEY, staff(reads), About(SURVEY, KARI, (FIVE_A, FIVE_B)))
    shared = staff(shares=(Share(SURVEY, Level.NAMED),))
    assert allows(Deed.SEE_SURVEY, shared, KARIS)
    assert not allows(Deed.SEE_SURVEY, shared, About(OTHER_SURVEY, KARI, (FIVE_A,)))
    assert not allows(Deed.CLOSE_SURVEY, shared, KARIS)


def test_what_nobody_wrote_down_belongs_to_leaders_alone() -> None:
    unknown = About(SURVEY)
    whole_school = Grant(Action.READ_REPORT, Level.FREE_TEXT)
    assert not allows(Deed.SEE_SURVEY, staff(whole_school, who=KARI), unknown)
    assert allows(Deed.SEE_SURVEY, staff(role=Role.LEADER), unknown)


def test_a_draft_is_shared_by_its_creator_only_with_the_grant() -> None:
    share = Grant(Action.SHARE)
    assert allows(Deed.SHARE_DRAFT, staff(share, who=KARI), KARIS)
    assert not allows(Deed.SHARE_DRAFT, staff(who=KARI), KARIS)
    assert not allows(Deed.SHARE_DRAFT, staff(share), KARIS)
    assert not allows(Deed.SHARE_OPENED, staff(share, who=KARI), KARIS)

"""A municipality rules its own schools and nobody else's (SPEC section 1, I4)."""

from dataclasses import dataclass, field

import pytest

from samspill_identity.domain.ceilings import LONGEST_KEEP_DAYS, Ceilings
from samspill_identity.domain.errors import (
    IdentityProviderDown,
    LastLeader,
    OrganisationNumberWrong,
    SchoolNotFound,
)
from samspill_identity.domain.schools import Colleague, School, municipality_id_of, school_id_of
from samspill_identity.organisation_numbers import StdnumOrganisationNumbers
from samspill_identity.usecases.change_staff import ChangeStaff
from samspill_identity.usecases.know_colleagues import KnowColleagues
from samspill_identity.usecases.rule_schools import RuleSchools
from samspill_kit.ids import SchoolId, SessionId
from samspill_kit.principal import MunicipalityPrincipal, Role
from samspill_kit.testing.clocks import SetClock
from services.identity.tests.fake_school import IDS, FakeDirectory, FakeSchool
from services.identity.tests.fakes import HAUG, KOMMUNE, TUN, FakeSchools

VALID, WRONG = "974100002", "974100003"
ELSEWHERE = School(
    school_id_of("333333333"), municipality_id_of("888888888"), "333333333", "Annen skole"
)


@dataclass
class TownHall:
    """The use case over fakes; Liv leads at Tun, Nils works nowhere."""

    rows: FakeSchool = field(default_factory=FakeSchool)
    keycloak: FakeDirectory = field(default_factory=FakeDirectory)
    schools: FakeSchools = field(default_factory=FakeSchools)

    def __post_init__(self) -> None:
        clock, begin = SetClock(), self.rows.begin
        know = KnowColleagues(begin, self.schools, self.keycloak, clock)
        change = ChangeStaff(begin, self.schools, self.keycloak, know, IDS, clock)
        numbers = StdnumOrganisationNumbers()
        self.rule = RuleSchools(self.schools, begin, numbers, self.keycloak, change, IDS, clock)
        self.schools.known[ELSEWHERE.id] = ELSEWHERE
        self.liv, self.nils, me = map(self.keycloak.knows, ("Liv", "Nils", "Kari"))
        self.keycloak.puts(TUN, self.liv, Role.LEADER)
        self.me = MunicipalityPrincipal(me, KOMMUNE.id, IDS.new(SessionId))


@pytest.fixture
def hall() -> TownHall:
    return TownHall()


async def test_a_number_whose_check_digit_does_not_fit_opens_no_school(hall: TownHall) -> None:
    with pytest.raises(OrganisationNumberWrong):
        await hall.rule.open(WRONG, "Ny skole", by=hall.me)
    school = await hall.rule.open(VALID, " Ny skole ", by=hall.me)
    assert hall.schools.known[school.id].name == "Ny skole"
    assert hall.rows.purposes(school) == ["school_opened"]


async def test_named_and_dismissed_leaders_stand_in_the_schools_own_chain(hall: TownHall) -> None:
    await hall.rule.name_leader(TUN.id, hall.nils, by=hall.me)
    await hall.rule.dismiss_leader(TUN.id, hall.liv, by=hall.me)
    deeds = hall.rows.of(TUN).audit.kept
    assert [(deed.purpose, deed.subject_id) for deed in deeds] == [
        ("leader_named", hall.nils),
        ("leader_dismissed", hall.liv),
    ]
    assert {deed.staff_id for deed in deeds} == {hall.me.staff_id}
    assert not hall.rows.purposes(HAUG)


async def test_the_last_leader_of_an_open_school_stays(hall: TownHall) -> None:
    with pytest.raises(LastLeader):
        await hall.rule.dismiss_leader(TUN.id, hall.liv, by=hall.me)
    assert (await hall.keycloak.of_school(TUN))[0].is_leader


@pytest.mark.parametrize("school_id", [ELSEWHERE.id, school_id_of("444444444")])
async def test_another_municipalitys_school_is_as_missing_as_a_missing_one(
    hall: TownHall, school_id: SchoolId
) -> None:
    attempts = (
        hall.rule.close(school_id, by=hall.me),
        hall.rule.name_leader(school_id, hall.nils, by=hall.me),
        hall.rule.dismiss_leader(school_id, hall.liv, by=hall.me),
    )
    for attempt in attempts:
        with pytest.raises(SchoolNotFound) as refused:
            await attempt
        assert not refused.value.details
    assert ELSEWHERE.id not in hall.rows.rows
    shown = await hall.rule.show(by=hall.me)
    assert [one.id for one in shown.schools] == [HAUG.id, TUN.id]


async def test_nobody_is_named_leader_of_a_closed_school(hall: TownHall) -> None:
    hall.schools.known[HAUG.id] = School(
        HAUG.id, HAUG.municipality_id, HAUG.orgnr, HAUG.name, is_open=False
    )
    with pytest.raises(SchoolNotFound):
        await hall.rule.name_leader(HAUG.id, hall.nils, by=hall.me)
    assert not hall.rows.purposes(HAUG)


async def test_missing_groups_are_told_only_of_open_schools_without_leaders(
    hall: TownHall,
) -> None:
    hall.schools.leaders[TUN.id] = [Colleague(hall.liv, "Liv", frozenset({Role.LEADER}))]
    shown = await hall.rule.show(by=hall.me)
    assert shown.lacking_groups == {HAUG.id}
    assert [one.display_name for one in shown.leaders[TUN.id]] == ["Liv"]


async def test_a_leader_of_a_school_that_nobody_has_entered_is_asked_for(hall: TownHall) -> None:
    assert not hall.schools.leaders.get(TUN.id)
    shown = await hall.rule.show(by=hall.me)
    assert [one.display_name for one in shown.leaders[TUN.id]] == ["Liv"]


async def test_the_page_is_shown_while_keycloak_is_down_and_leaders_cannot_be_named(
    hall: TownHall,
) -> None:
    hall.keycloak.is_down = True
    assert not (await hall.rule.show(by=hall.me)).lacking_groups
    with pytest.raises(IdentityProviderDown):
        await hall.rule.name_leader(TUN.id, hall.nils, by=hall.me)


async def test_ceilings_keep_bokmal_and_never_exceed_four_years(hall: TownHall) -> None:
    wished = Ceilings(("en",), 9999, own_questions=False, free_text_bands=("8-10", "5-7"))
    await hall.rule.set_ceilings(wished, by=hall.me)
    assert hall.schools.set == Ceilings(
        ("nb", "en"), LONGEST_KEEP_DAYS, own_questions=False, free_text_bands=("5-7", "8-10")
    )

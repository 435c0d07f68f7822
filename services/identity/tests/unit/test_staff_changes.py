"""Putting people to work and taking them out again (SPEC I3)."""

from dataclasses import dataclass, field

import pytest

from samspill_identity.domain.errors import (
    IdentityProviderDown,
    LastLeader,
    NotALeader,
    PersonUnknown,
    StaffNotFound,
)
from samspill_identity.domain.surveys import Share
from samspill_identity.usecases.add_staff import AddStaff, RemoveStaff
from samspill_identity.usecases.change_staff import ChangeStaff
from samspill_identity.usecases.find_people import FindPeople
from samspill_identity.usecases.know_colleagues import KnowColleagues
from samspill_kit.ids import StaffId, SurveyId
from samspill_kit.principal import Action, Grant, Level, Role
from samspill_kit.testing.clocks import SetClock
from services.identity.tests.fake_school import IDS, FakeDirectory, FakeSchool, acting
from services.identity.tests.fakes import TUN, FakeSchools


@dataclass
class Office:
    """The use cases over fakes; Liv leads, Tor teaches, Nils works nowhere."""

    clock: SetClock = field(default_factory=SetClock)
    rows: FakeSchool = field(default_factory=FakeSchool)
    keycloak: FakeDirectory = field(default_factory=FakeDirectory)

    def __post_init__(self) -> None:
        begin, schools = self.rows.begin, FakeSchools()
        self.know = KnowColleagues(begin, schools, self.keycloak, self.clock)
        change = ChangeStaff(begin, schools, self.keycloak, self.know, IDS, self.clock)
        self.add, self.remove = AddStaff(change), RemoveStaff(change)
        self.find = FindPeople(self.keycloak, self.know)
        self.liv, self.tor, self.nils = map(self.keycloak.knows, ("Liv", "Tor", "Nils"))
        self.keycloak.puts(TUN, self.liv, Role.LEADER)
        self.keycloak.puts(TUN, self.tor, Role.TEACHER)
        self.leader = acting(TUN, self.liv, Role.LEADER)
        self.teacher = acting(TUN, self.tor, Role.TEACHER)

    async def roles(self, staff_id: StaffId) -> frozenset[Role]:
        found = {one.staff_id: one.roles for one in await self.know(TUN.id)}
        return found.get(staff_id, frozenset())

    def known_roles(self, staff_id: StaffId) -> frozenset[Role]:
        """As last noted in the school's rows."""
        kept = self.rows.of(TUN).colleagues.kept
        return next((one.roles for one in kept if one.staff_id == staff_id), frozenset())


@pytest.fixture
def office() -> Office:
    return Office()


async def test_who_is_added_is_a_colleague_at_once(office: Office) -> None:
    await office.add(office.nils, Role.TEACHER, by=office.leader)
    assert office.known_roles(office.nils) == {Role.TEACHER}
    [deed] = office.rows.of(TUN).audit.kept
    assert (deed.purpose, deed.staff_id, deed.subject_id) == (
        "staff_added",
        office.liv,
        office.nils,
    )


async def test_only_leaders_find_add_and_remove(office: Office) -> None:
    with pytest.raises(NotALeader):
        await office.find("nil", by=office.teacher)
    with pytest.raises(NotALeader):
        await office.add(office.nils, Role.TEACHER, by=office.teacher)
    with pytest.raises(NotALeader):
        await office.remove(office.liv, (), by=office.teacher)
    assert not office.rows.of(TUN).audit.kept
    assert await office.roles(office.liv) == {Role.LEADER}


async def test_somebody_whom_keycloak_does_not_know_is_not_added(office: Office) -> None:
    with pytest.raises(PersonUnknown):
        await office.add(IDS.new(StaffId), Role.TEACHER, by=office.leader)


async def test_a_change_that_cannot_be_written_down_is_not_made(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_anything: object) -> None:
        raise RuntimeError("the database is away")

    monkeypatch.setattr("services.identity.tests.fake_school.FakeAudit.append", fails)
    with pytest.raises(RuntimeError):
        await office.add(office.nils, Role.TEACHER, by=office.leader)
    with pytest.raises(RuntimeError):
        await office.remove(office.tor, (), by=office.leader)
    assert not await office.roles(office.nils)
    assert await office.roles(office.tor) == {Role.TEACHER}


async def test_without_keycloak_nobody_is_taken_out_and_nothing_is_lost(office: Office) -> None:
    await office.know(TUN.id)
    office.rows.grant(TUN, office.tor, Grant(Action.SHARE))
    office.keycloak.is_down = True
    with pytest.raises(IdentityProviderDown):
        await office.remove(office.tor, (), by=office.leader)
    assert office.rows.of(TUN).grants.kept[office.tor]
    assert office.known_roles(office.tor) == {Role.TEACHER}


async def test_who_is_taken_out_keeps_neither_grants_nor_shares(office: Office) -> None:
    office.rows.grant(TUN, office.tor, Grant(Action.READ_REPORT, Level.NAMED))
    rows = office.rows.of(TUN)
    now = office.clock.now()
    for staff_id in (office.tor, office.liv):
        share = Share(IDS.new(SurveyId), staff_id, Level.NAMED, office.liv, now)
        await rows.shares.put(share)
    await office.remove(office.tor, (), by=office.leader)
    rows = office.rows.of(TUN)
    assert rows.grants.kept[office.tor] == ()
    assert [one.staff_id for one in rows.shares.kept] == [office.liv]
    assert not office.known_roles(office.tor)
    assert office.rows.purposes(TUN) == ["staff_removed"]


async def test_who_was_taken_out_in_keycloak_and_comes_back_begins_with_nothing(
    office: Office,
) -> None:
    office.rows.grant(TUN, office.nils, Grant(Action.READ_REPORT, Level.NAMED))
    await office.add(office.nils, Role.TEACHER, by=office.leader)
    assert office.rows.of(TUN).grants.kept[office.nils] == ()


async def test_a_second_role_takes_no_grants_away(office: Office) -> None:
    office.rows.grant(TUN, office.tor, Grant(Action.SHARE))
    await office.add(office.tor, Role.LEADER, by=office.leader)
    assert office.rows.of(TUN).grants.kept[office.tor]


async def test_who_keeps_a_role_keeps_the_grants(office: Office) -> None:
    office.keycloak.puts(TUN, office.nils, Role.LEADER, Role.TEACHER)
    office.rows.grant(TUN, office.nils, Grant(Action.SHARE))
    await office.remove(office.nils, [Role.LEADER], by=office.leader)
    assert office.known_roles(office.nils) == {Role.TEACHER}
    assert office.rows.of(TUN).grants.kept[office.nils]


async def test_who_works_elsewhere_cannot_be_taken_out(office: Office) -> None:
    for staff_id in (office.nils, IDS.new(StaffId)):
        with pytest.raises(StaffNotFound):
            await office.remove(staff_id, (), by=office.leader)


async def test_the_last_leader_stays(office: Office) -> None:
    with pytest.raises(LastLeader):
        await office.remove(office.liv, (), by=office.leader)
    with pytest.raises(LastLeader):
        await office.remove(office.liv, [Role.LEADER], by=office.leader)
    assert await office.roles(office.liv) == {Role.LEADER}
    assert not office.rows.of(TUN).audit.kept


async def test_one_of_two_leaders_may_go(office: Office) -> None:
    office.keycloak.puts(TUN, office.nils, Role.LEADER)
    await office.remove(office.liv, (), by=office.leader)
    assert await office.roles(office.liv) == frozenset()
    with pytest.raises(LastLeader):
        await office.remove(office.nils, (), by=acting(TUN, office.nils, Role.LEADER))


async def test_what_is_remembered_does_not_make_a_second_leader(office: Office) -> None:
    office.keycloak.puts(TUN, office.nils, Role.LEADER)
    await office.know(TUN.id)
    office.keycloak.puts(TUN, office.nils)
    with pytest.raises(LastLeader):
        await office.remove(office.liv, (), by=office.leader)


async def test_two_leaders_who_take_each_other_out_at_once_leave_a_leader(office: Office) -> None:
    office.keycloak.puts(TUN, office.nils, Role.LEADER)

    def meanwhile() -> None:
        office.keycloak.puts(TUN, office.liv)

    office.keycloak.before_removing = meanwhile
    with pytest.raises(LastLeader):
        await office.remove(office.nils, (), by=office.leader)
    assert await office.roles(office.nils) == {Role.LEADER}
    assert office.rows.purposes(TUN) == ["staff_removed", "staff_added"]


async def test_found_people_come_with_their_roles_here_and_nobody_leafs_through_all(
    office: Office,
) -> None:
    found = await office.find(" TOR ", by=office.leader)
    assert [one.staff_id for one in found.people] == [office.tor]
    assert found.roles[office.tor] == {Role.TEACHER}
    for query in ("***", '"" *', "t**"):
        nobody = await office.find(query, by=office.leader)
        assert (list(nobody.people), nobody.has_more) == ([], False)
    assert office.keycloak.asked == ["TOR"]


async def test_more_than_twenty_people_are_not_shown(office: Office) -> None:
    for number in range(21):
        office.keycloak.knows(f"Ola {number}")
    found = await office.find("ola", by=office.leader)
    assert (len(found.people), found.has_more) == (20, True)
    del office.keycloak.people[found.people[0].staff_id]
    again = await office.find("ola", by=office.leader)
    assert (len(again.people), again.has_more) == (20, False)

"""Lists of sign-ins and their ending, and what of shares a passport carries (SPEC I1, I2)."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from samspill_identity.domain.errors import (
    NotALeader,
    SessionUnknown,
    SignInUnknown,
    StaffNotFound,
)
from samspill_identity.domain.schools import Colleague, Membership
from samspill_identity.domain.sessions import Person, ProviderTokens, StaffSession, hash_of
from samspill_identity.domain.surveys import Share
from samspill_identity.usecases.end_sign_ins import EndSignIns
from samspill_identity.usecases.issue_staff_passport import SHARES_CARRIED, IssueStaffPassport
from samspill_identity.usecases.keep_rights import KeepRights
from samspill_identity.usecases.list_sign_ins import ListSignIns
from samspill_kit.ids import SessionId, StaffId, SurveyId
from samspill_kit.principal import Action, Grant, Level, Role, StaffPrincipal
from samspill_kit.testing.clocks import SetClock
from services.identity.tests.fake_school import IDS, FakeSchool, acting
from services.identity.tests.fakes import (
    HAUG,
    TUN,
    FakeProvider,
    FakeSchools,
    FakeStaffSessions,
    FakeTokens,
)


@dataclass
class Lists:
    """The use cases over fakes; Tor teaches at one school and has signed in here and there."""

    clock: SetClock = field(default_factory=SetClock)
    sessions: FakeStaffSessions = field(default_factory=FakeStaffSessions)
    rows: FakeSchool = field(default_factory=FakeSchool)

    def __post_init__(self) -> None:
        begin = self.rows.begin
        self.list = ListSignIns(self.sessions, begin, self.clock)
        self.end = EndSignIns(self.sessions, begin, IDS, self.clock)
        self.issue = IssueStaffPassport(
            self.sessions,
            FakeProvider(),
            KeepRights(begin, FakeSchools(), self.clock),
            begin,
            FakeTokens(self.clock),
            self.clock,
        )
        self.tor = IDS.new(StaffId)
        self.rows.of(TUN).colleagues.kept.append(
            Colleague(self.tor, "Tor", frozenset({Role.TEACHER}))
        )
        self.leader = acting(TUN, IDS.new(StaffId), Role.LEADER)
        self.stranger = acting(HAUG, IDS.new(StaffId), Role.LEADER)

    async def signs_in(self, token: str, staff_id: StaffId | None = None) -> SessionId:
        now = self.clock.now()
        person = Person(
            staff_id or self.tor,
            "Tor",
            frozenset({Membership(TUN.orgnr, Role.TEACHER)}),
            token,
            ProviderTokens("refresh"),
        )
        session = StaffSession(IDS.new(SessionId), person, TUN.id, now, now, now)
        await self.sessions.add(hash_of(token), session)
        return session.id


@pytest.fixture
def lists() -> Lists:
    return Lists()


async def test_a_person_sees_the_own_living_sign_ins(lists: Lists) -> None:
    await lists.signs_in("old")
    lists.clock.advance(timedelta(minutes=20))
    here = await lists.signs_in("here")
    await lists.signs_in("somebody else", IDS.new(StaffId))
    asking, shown = await lists.list("here")
    assert asking == here
    assert len(shown) == 2
    lists.clock.advance(timedelta(minutes=15))
    assert [one.id for one in (await lists.list("here"))[1]] == [here]


async def test_a_sign_in_past_its_absolute_end_is_not_shown(lists: Lists) -> None:
    await lists.signs_in("old")
    lists.clock.advance(timedelta(hours=10))
    [kept] = lists.sessions.sessions.values()
    lists.sessions.sessions[hash_of("old")] = replace(kept, used_at=lists.clock.now())
    here = await lists.signs_in("here")
    assert [one.id for one in (await lists.list("here"))[1]] == [here]


async def test_a_dead_sign_in_neither_lists_nor_ends(lists: Lists) -> None:
    await lists.signs_in("dead")
    lists.clock.advance(timedelta(minutes=30))
    living = await lists.signs_in("living")
    with pytest.raises(SessionUnknown):
        await lists.list("dead")
    with pytest.raises(SessionUnknown):
        await lists.end.own("dead", living)
    assert await lists.sessions.find(hash_of("living"))


async def test_an_ended_sign_in_gets_no_passport_any_more(lists: Lists) -> None:
    await lists.signs_in("here")
    there = await lists.signs_in("there")
    assert await lists.issue("there")
    await lists.end.own("here", there)
    with pytest.raises(SessionUnknown):
        await lists.issue("there")
    assert await lists.issue("here")
    with pytest.raises(SignInUnknown):
        await lists.end.own("here", there)


async def test_a_leader_ends_sign_ins_of_colleagues_alone_and_writes_it_down(
    lists: Lists,
) -> None:
    one = await lists.signs_in("one")
    await lists.signs_in("two")
    with pytest.raises(NotALeader):
        await lists.end.of_colleague(lists.tor, None, by=acting(TUN, lists.tor, Role.TEACHER))
    with pytest.raises(StaffNotFound):
        await lists.end.of_colleague(lists.tor, None, by=lists.stranger)
    with pytest.raises(StaffNotFound):
        await lists.list.of_colleague(lists.tor, by=lists.stranger)
    assert await lists.end.of_colleague(lists.tor, one, by=lists.leader) == 1
    assert len(await lists.list.of_colleague(lists.tor, by=lists.leader)) == 1
    assert await lists.end.of_colleague(lists.tor, None, by=lists.leader) == 1
    assert lists.rows.purposes(TUN) == ["sessions_ended"] * 2
    assert not lists.rows.purposes(HAUG)


async def test_a_passport_carries_the_newest_shares_never_above_the_own_level(
    lists: Lists,
) -> None:
    await lists.signs_in("here")
    many = [IDS.new(SurveyId) for _ in range(SHARES_CARRIED + 5)]
    for survey_id in many:
        lists.clock.advance(timedelta(seconds=1))
        share = Share(survey_id, lists.tor, Level.NAMED, lists.leader.staff_id, lists.clock.now())
        await lists.rows.of(TUN).shares.put(share)

    async def carried() -> dict[SurveyId, Level]:
        await lists.signs_in("here")
        principal = (await lists.issue("here")).principal
        assert isinstance(principal, StaffPrincipal)
        return {one.survey_id: one.level for one in principal.shares}

    assert await carried() == {}
    lists.rows.grant(HAUG, lists.tor, Grant(Action.READ_REPORT, Level.FREE_TEXT))
    assert await carried() == {}
    lists.rows.grant(TUN, lists.tor, Grant(Action.READ_REPORT, Level.FREE_TEXT))
    assert await carried() == dict.fromkeys(many[5:], Level.NAMED)
    lists.rows.grant(TUN, lists.tor, Grant(Action.READ_REPORT, Level.AGGREGATE))
    assert await carried() == dict.fromkeys(many[5:], Level.AGGREGATE)

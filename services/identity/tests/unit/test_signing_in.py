"""Sign-in of staff: attempts, ends of sessions, and rights that follow Keycloak (SPEC I1)."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest

from samspill_identity.domain.errors import (
    IdentityProviderDown,
    SchoolNotFound,
    SessionUnknown,
    SignInAttemptUnknown,
    StaffWithoutSchool,
)
from samspill_identity.domain.grants import DatedGrant
from samspill_identity.domain.schools import Membership
from samspill_identity.domain.sessions import hash_of, random_secret
from samspill_identity.usecases.begin_sign_in import BeginSignIn
from samspill_identity.usecases.choose_school import ChooseSchool
from samspill_identity.usecases.complete_sign_in import CompleteSignIn
from samspill_identity.usecases.end_session import EndSession, EndSessionsByLogoutToken
from samspill_identity.usecases.issue_staff_passport import IssueStaffPassport, StaffPassport
from samspill_identity.usecases.keep_rights import KeepRights
from samspill_kit.ids import RandomIds
from samspill_kit.principal import Action, Grant, Role
from samspill_kit.testing.clocks import SetClock
from services.identity.tests.fakes import (
    HAUG,
    TUN,
    FakeProvider,
    FakeSchoolRows,
    FakeSchools,
    FakeStaffSessions,
    FakeTokens,
)

AT_TUN = Membership(TUN.orgnr, Role.TEACHER)
AT_HAUG = Membership(HAUG.orgnr, Role.LEADER)


@dataclass
class SignIns:
    """The use cases over fakes."""

    clock: SetClock = field(default_factory=SetClock)
    sessions: FakeStaffSessions = field(default_factory=FakeStaffSessions)
    provider: FakeProvider = field(default_factory=lambda: FakeProvider(AT_TUN))
    rows: FakeSchoolRows = field(default_factory=FakeSchoolRows)

    def __post_init__(self) -> None:
        schools = FakeSchools()
        keep = KeepRights(self.rows.begin, schools, self.clock)
        self.begin = BeginSignIn(self.sessions, self.provider, random_secret, self.clock)
        self.complete = CompleteSignIn(
            self.sessions, self.provider, keep, RandomIds(), random_secret, self.clock
        )
        self.issue = IssueStaffPassport(
            self.sessions, self.provider, keep, self.rows.begin, FakeTokens(self.clock), self.clock
        )
        self.choose = ChooseSchool(self.sessions, schools, self.clock)
        self.end = EndSession(self.sessions, None, self.provider, self.clock)  # type: ignore[arg-type]  # No pupil here.
        self.end_by_token = EndSessionsByLogoutToken(self.sessions, self.provider)

    async def signed_in(self) -> str:
        begun = await self.begin("/hjem", locale="nb")
        [(attempt, _)] = self.sessions.attempts.values()
        done = await self.complete(begun.attempt_token, code="code", state=attempt.state)
        return done.session_token

    async def after(self, token: str, **passed: float) -> StaffPassport:
        self.clock.advance(timedelta(**passed))
        return await self.issue(token)


@pytest.fixture
def sign_ins() -> SignIns:
    return SignIns()


async def test_an_attempt_belongs_to_one_browser_and_serves_once(sign_ins: SignIns) -> None:
    begun = await sign_ins.begin("/klasser", locale="nn")
    [(attempt, _)] = sign_ins.sessions.attempts.values()
    assert begun.attempt_token not in repr(sign_ins.sessions.attempts)
    done = await sign_ins.complete(begun.attempt_token, code="c", state=attempt.state)
    assert done.return_path == "/klasser"
    with pytest.raises(SignInAttemptUnknown):
        await sign_ins.complete(begun.attempt_token, code="c", state=attempt.state)


async def test_another_state_ends_the_attempt(sign_ins: SignIns) -> None:
    begun = await sign_ins.begin("/", locale="nb")
    with pytest.raises(SignInAttemptUnknown):
        await sign_ins.complete(begun.attempt_token, code="c", state="another")
    assert not sign_ins.sessions.sessions
    assert not sign_ins.sessions.attempts


async def test_an_attempt_ends_after_ten_minutes(sign_ins: SignIns) -> None:
    begun = await sign_ins.begin("/", locale="nb")
    [(attempt, _)] = sign_ins.sessions.attempts.values()
    sign_ins.clock.advance(timedelta(minutes=10))
    with pytest.raises(SignInAttemptUnknown):
        await sign_ins.complete(begun.attempt_token, code="c", state=attempt.state)


async def test_every_sign_in_has_a_new_token_kept_as_its_hash(sign_ins: SignIns) -> None:
    first, second = await sign_ins.signed_in(), await sign_ins.signed_in()
    assert first != second
    assert set(sign_ins.sessions.sessions) == {hash_of(first), hash_of(second)}


async def test_somebody_without_a_school_gets_no_session(sign_ins: SignIns) -> None:
    sign_ins.provider.moves_to(Membership("333333333", Role.LEADER))
    with pytest.raises(StaffWithoutSchool):
        await sign_ins.signed_in()
    assert not sign_ins.sessions.sessions


async def test_a_passport_has_the_grants_of_the_active_school(sign_ins: SignIns) -> None:
    token = await sign_ins.signed_in()
    staff_id = sign_ins.provider.person.staff_id
    holds = DatedGrant(Grant(Action.SHARE), date(2026, 11, 23))
    over = DatedGrant(Grant(Action.CREATE_SURVEY), date(2026, 11, 22))
    sign_ins.rows.granted[TUN.id, staff_id] = (holds, over)
    sign_ins.rows.granted[HAUG.id, staff_id] = (over, over)
    passport = await sign_ins.issue(token)
    assert passport.principal.grants == (Grant(Action.SHARE),)
    assert passport.place == TUN


async def test_rights_are_read_anew_when_older_than_twenty_seconds(sign_ins: SignIns) -> None:
    token = await sign_ins.signed_in()
    await sign_ins.after(token, seconds=20)
    assert sign_ins.provider.refreshed == 0
    sign_ins.provider.moves_to(AT_HAUG)
    passport = await sign_ins.after(token, seconds=1)
    assert sign_ins.provider.refreshed == 1
    assert passport.place == HAUG
    assert passport.principal.is_leader
    assert not sign_ins.rows.noted[TUN.id, passport.principal.staff_id].roles


async def test_keycloak_refusing_ends_the_session(sign_ins: SignIns) -> None:
    token = await sign_ins.signed_in()
    sign_ins.provider.refuses = True
    with pytest.raises(SessionUnknown):
        await sign_ins.after(token, minutes=1)
    sign_ins.provider.refuses = False
    with pytest.raises(SessionUnknown):
        await sign_ins.issue(token)


async def test_known_rights_are_kept_for_fifteen_minutes_without_keycloak(
    sign_ins: SignIns,
) -> None:
    token = await sign_ins.signed_in()
    sign_ins.provider.is_down = True
    assert (await sign_ins.after(token, minutes=15)).place == TUN
    with pytest.raises(IdentityProviderDown):
        await sign_ins.after(token, seconds=1)
    sign_ins.provider.is_down = False
    assert (await sign_ins.issue(token)).place == TUN


async def test_who_loses_the_last_school_gets_no_passport(sign_ins: SignIns) -> None:
    token = await sign_ins.signed_in()
    sign_ins.provider.moves_to()
    with pytest.raises(StaffWithoutSchool):
        await sign_ins.after(token, minutes=1)


async def test_a_session_ends_when_idle_for_thirty_minutes(sign_ins: SignIns) -> None:
    token = await sign_ins.signed_in()
    await sign_ins.after(token, minutes=29)
    await sign_ins.after(token, minutes=29)
    with pytest.raises(SessionUnknown):
        await sign_ins.after(token, minutes=30)


async def test_a_session_ends_after_ten_hours_whatever_happens(sign_ins: SignIns) -> None:
    token = await sign_ins.signed_in()
    for _ in range(29):
        await sign_ins.after(token, minutes=20)
    with pytest.raises(SessionUnknown):
        await sign_ins.after(token, minutes=20)


async def test_one_may_choose_among_ones_own_schools(sign_ins: SignIns) -> None:
    sign_ins.provider.moves_to(AT_TUN, AT_HAUG)
    token = await sign_ins.signed_in()
    assert (await sign_ins.issue(token)).place == HAUG
    await sign_ins.choose(token, TUN.id)
    passport = await sign_ins.issue(token)
    assert passport.place == TUN
    assert not passport.principal.is_leader


async def test_another_school_does_not_exist(sign_ins: SignIns) -> None:
    token = await sign_ins.signed_in()
    with pytest.raises(SchoolNotFound):
        await sign_ins.choose(token, HAUG.id)


async def test_signing_out_ends_both_sessions_and_can_be_repeated(sign_ins: SignIns) -> None:
    token = await sign_ins.signed_in()
    assert await sign_ins.end(token) == ""
    assert sign_ins.provider.ended
    assert await sign_ins.end(token) == ""
    with pytest.raises(SessionUnknown):
        await sign_ins.issue(token)


async def test_signing_out_without_keycloak_tells_where_to_go(sign_ins: SignIns) -> None:
    token = await sign_ins.signed_in()
    sign_ins.provider.is_down = True
    assert await sign_ins.end(token) == sign_ins.provider.end_session_url


async def test_keycloak_ending_a_session_ends_it_here(sign_ins: SignIns) -> None:
    token = await sign_ins.signed_in()
    await sign_ins.end_by_token("logout token")
    with pytest.raises(SessionUnknown):
        await sign_ins.issue(token)

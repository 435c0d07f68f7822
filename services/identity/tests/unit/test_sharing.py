"""Sharing a survey never raises a level; permits and readers honour it (SPEC I2)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest

from samspill_identity.domain.errors import (
    ColleagueHasNoLevel,
    MayNotShare,
    NotAReader,
    NotSurveyOwner,
    ReasonMissing,
    SecondFactorNeeded,
    StaffNotFound,
    SurveyIsLocked,
    SurveyNotFound,
)
from samspill_identity.domain.surveys import Reader, RecordedSurvey
from samspill_identity.usecases.fix_readers import FixReaders
from samspill_identity.usecases.get_sharing import GetSharing
from samspill_identity.usecases.issue_permit import IssuePermit
from samspill_identity.usecases.know_colleagues import KnowColleagues
from samspill_identity.usecases.share_survey import ShareSurvey
from samspill_identity.usecases.who_can_open import WhoCanOpen
from samspill_kit.ids import GroupId, StaffId, SurveyId
from samspill_kit.principal import Action, Grant, Level, Role, StaffPrincipal
from samspill_kit.testing.clocks import SetClock
from services.identity.tests.fake_school import IDS, FakeDirectory, FakeSchool, acting, granted
from services.identity.tests.fakes import HAUG, TUN, FakeSchools, FakeTokens

A, B = IDS.new(GroupId), IDS.new(GroupId)
WHY = "Ny kontaktlærer"


def reading(level: Level, group_id: GroupId | None = None) -> Grant:
    return Grant(Action.READ_REPORT, level, group_id)


class FakeSeals:
    """A seal that only marks what it has sealed."""

    async def of(self, _school_id: object) -> Any:
        return self

    def seal_reason(self, survey_id: SurveyId, staff_id: StaffId, reason: str) -> bytes:
        return b"sealed " + reason.encode()


@dataclass
class Staffroom:
    """Kari made a survey of class A; Liv leads; Tor teaches class B."""

    clock: SetClock = field(default_factory=SetClock)
    rows: FakeSchool = field(default_factory=FakeSchool)
    keycloak: FakeDirectory = field(default_factory=FakeDirectory)

    def __post_init__(self) -> None:
        begin = self.rows.begin
        know = KnowColleagues(begin, FakeSchools(), self.keycloak, self.clock)
        self.share = ShareSurvey(begin, know, FakeSeals(), IDS, self.clock)  # type: ignore[arg-type]  # Seals reasons alone.
        self.sharing = GetSharing(begin, know, self.clock)
        self.fix = FixReaders(begin, know, self.clock)
        self.doors = WhoCanOpen(begin)
        self.tokens = FakeTokens(self.clock)
        self.permits = IssuePermit(begin, self.tokens, IDS, self.clock)
        self.strict = replace(self.permits, second_factor_for_names=True)
        self.kari, self.liv, self.tor = map(self.keycloak.knows, ("Kari", "Liv", "Tor"))
        for staff_id, role in (
            (self.kari, Role.TEACHER),
            (self.liv, Role.LEADER),
            (self.tor, Role.TEACHER),
        ):
            self.keycloak.puts(TUN, staff_id, role)
        self.creator = granted(acting(TUN, self.kari, Role.TEACHER), Grant(Action.SHARE))
        self.leader = acting(TUN, self.liv, Role.LEADER)
        self.teacher = acting(TUN, self.tor, Role.TEACHER)
        self.rows.grant(TUN, self.kari, reading(Level.FREE_TEXT, A))
        self.rows.grant(TUN, self.liv, reading(Level.NAMED))
        self.rows.grant(TUN, self.tor, reading(Level.NAMED, B))
        survey = RecordedSurvey(
            IDS.new(SurveyId), TUN.id, self.kari, (A,), date(2027, 7, 31), date(2030, 1, 1)
        )
        self.survey_id = survey.id
        self.keep(survey)

    @property
    def survey(self) -> RecordedSurvey:
        return self.rows.of(TUN).surveys.kept[self.survey_id]

    def keep(self, survey: RecordedSurvey) -> None:
        self.rows.of(TUN).surveys.kept[survey.id] = survey

    async def shares(
        self,
        wished: Level = Level.FREE_TEXT,
        *,
        to: StaffId | None = None,
        by: StaffPrincipal | None = None,
        reason: str = "",
    ) -> Sequence[Reader]:
        return await self.share(
            self.survey_id, to or self.tor, wished=wished, reason=reason, by=by or self.creator
        )

    async def opens(self) -> dict[StaffId, Level]:
        return {one.staff_id: one.level for one in await self.fix(self.survey_id, by=self.leader)}

    async def level(
        self, by: StaffPrincipal, wanted: Level = Level.FREE_TEXT, *, strict: bool = False
    ) -> Level:
        issue = self.strict if strict else self.permits
        issued = await issue(
            self.survey_id, wanted=wanted, participants=(), purpose="report_pupil", by=by
        )
        return issued.level


@pytest.fixture
def room() -> Staffroom:
    return Staffroom()


async def test_a_shared_draft_gets_its_reader_at_opening(room: Staffroom) -> None:
    assert room.tor not in {
        one.staff_id for one in await room.fix.preview(room.survey_id, by=room.leader)
    }
    assert await room.shares() == ()
    assert room.rows.purposes(TUN) == ["share_made"]
    assert await room.opens() == {
        room.kari: Level.FREE_TEXT,
        room.liv: Level.NAMED,
        room.tor: Level.NAMED,
    }
    assert await room.level(room.teacher) is Level.NAMED


async def test_without_the_share_the_same_colleague_reads_nothing(room: Staffroom) -> None:
    assert room.tor not in await room.opens()
    with pytest.raises(NotAReader):
        await room.level(room.teacher)


@pytest.mark.parametrize(
    ("wished", "sharer", "colleague", "shared"),
    [
        (Level.AGGREGATE, Level.FREE_TEXT, Level.NAMED, Level.AGGREGATE),
        (Level.FREE_TEXT, Level.PSEUDONYMOUS, Level.NAMED, Level.PSEUDONYMOUS),
        (Level.FREE_TEXT, Level.FREE_TEXT, Level.AGGREGATE, Level.AGGREGATE),
        (Level.NAMED, Level.NAMED, Level.NAMED, Level.NAMED),
    ],
)
async def test_a_share_has_the_lowest_of_three_levels(
    room: Staffroom, wished: Level, sharer: Level, colleague: Level, shared: Level
) -> None:
    room.rows.grant(TUN, room.kari, reading(sharer, A))
    room.rows.grant(
        TUN, room.tor, reading(colleague, B), reading(Level.FREE_TEXT, IDS.new(GroupId))
    )
    await room.shares(wished)
    assert [one.level for one in room.rows.of(TUN).shares.kept] == [shared]


async def test_who_was_granted_no_level_gets_none_by_a_share(room: Staffroom) -> None:
    room.rows.grant(TUN, room.tor, Grant(Action.MANAGE_ROSTER))
    with pytest.raises(ColleagueHasNoLevel):
        await room.shares()
    room.rows.grant(TUN, room.liv)
    with pytest.raises(NotAReader):
        await room.shares(to=room.kari, by=room.leader)
    assert not room.rows.of(TUN).shares.kept


async def test_who_may_share_a_draft(room: Staffroom) -> None:
    with pytest.raises(MayNotShare):
        await room.shares(by=acting(TUN, room.kari, Role.TEACHER))
    others = granted(room.teacher, Grant(Action.SHARE))
    with pytest.raises(MayNotShare):
        await room.shares(by=others)
    await room.shares(by=room.leader)


async def test_a_share_stays_inside_the_school(room: Staffroom) -> None:
    stranger = room.keycloak.knows("Fremmed")
    room.keycloak.puts(HAUG, stranger, Role.TEACHER)
    room.rows.grant(HAUG, stranger, reading(Level.FREE_TEXT))
    with pytest.raises(StaffNotFound):
        await room.shares(to=stranger)
    with pytest.raises(SurveyNotFound):
        await room.shares(to=stranger, by=acting(HAUG, stranger, Role.LEADER))


async def test_after_the_opening_a_leader_shares_and_says_why(room: Staffroom) -> None:
    await room.opens()
    with pytest.raises(MayNotShare):
        await room.shares(reason=WHY)
    with pytest.raises(ReasonMissing):
        await room.shares(by=room.leader, reason="  ")
    readers = await room.shares(by=room.leader, reason=WHY)
    assert room.tor in {one.staff_id for one in readers}
    assert room.rows.purposes(TUN) == ["reader_added"]
    assert room.rows.of(TUN).shares.kept[0].sealed_reason == b"sealed " + WHY.encode()
    assert await room.level(room.teacher) is Level.NAMED


async def test_a_locked_survey_is_not_shared(room: Staffroom) -> None:
    room.keep(replace(room.survey, is_locked=True))
    with pytest.raises(SurveyIsLocked):
        await room.shares(by=room.leader)


async def test_less_granted_later_lowers_or_ends_what_a_share_gives(room: Staffroom) -> None:
    await room.shares()
    await room.opens()
    assert await room.level(room.teacher) is Level.NAMED
    room.rows.grant(TUN, room.tor, reading(Level.AGGREGATE, B))
    assert await room.level(room.teacher) is Level.AGGREGATE
    room.rows.grant(TUN, room.tor, Grant(Action.SHARE))
    with pytest.raises(NotAReader):
        await room.level(room.teacher)


async def test_a_share_taken_back_ends_the_reading(room: Staffroom) -> None:
    await room.shares()
    await room.opens()
    for _ in range(2):
        readers = await room.share.end(room.survey_id, room.tor, by=room.leader)
        assert room.tor not in {one.staff_id for one in readers}
    assert room.rows.purposes(TUN) == ["share_made", "share_ended"]
    with pytest.raises(NotAReader):
        await room.level(room.teacher)


async def test_who_reads_by_a_grant_reads_on_without_the_share(room: Staffroom) -> None:
    room.rows.grant(TUN, room.tor, reading(Level.AGGREGATE, A), reading(Level.NAMED, B))
    await room.shares()
    await room.opens()
    readers = await room.share.end(room.survey_id, room.tor, by=room.leader)
    assert room.tor in {one.staff_id for one in readers}
    assert await room.level(room.teacher) is Level.AGGREGATE


async def test_the_page_of_sharing_is_for_creator_and_leaders(room: Staffroom) -> None:
    nobody = room.keycloak.knows("Uten")
    room.keycloak.puts(TUN, nobody, Role.TEACHER)
    shown = await room.sharing(room.survey_id, by=room.creator)
    assert shown.candidates == {room.liv: Level.NAMED, room.tor: Level.NAMED, nobody: None}
    assert (shown.may_share, shown.has_fixed_readers) == (True, False)
    room.rows.grant(TUN, room.kari, reading(Level.AGGREGATE, A))
    lower = await room.sharing(room.survey_id, by=room.creator)
    assert lower.candidates[room.tor] is Level.AGGREGATE
    await room.shares()
    shown = await room.sharing(room.survey_id, by=room.leader)
    assert [one.staff_id for one in shown.shares] == [room.tor]
    assert room.tor not in shown.candidates
    with pytest.raises(NotSurveyOwner):
        await room.sharing(room.survey_id, by=room.teacher)
    await room.opens()
    shown = await room.sharing(room.survey_id, by=room.creator)
    assert (shown.may_share, shown.has_fixed_readers) == (False, True)


async def test_doors_name_the_creator_and_the_leaders(room: Staffroom) -> None:
    await room.fix.preview(room.survey_id, by=room.leader)

    async def told(survey_id: SurveyId | None) -> list[tuple[StaffId, str]]:
        keepers = await room.doors(survey_id, by=room.teacher)
        return [(one.colleague.staff_id, one.role) for one in keepers]

    assert await told(room.survey_id) == [(room.kari, "creator"), (room.liv, "leader")]
    elsewhere = replace(room.survey, id=IDS.new(SurveyId), school_id=HAUG.id)
    room.rows.of(HAUG).surveys.kept[elsewhere.id] = elsewhere
    for other in (None, IDS.new(SurveyId), elsewhere.id):
        assert await told(other) == [(room.liv, "leader")]


@pytest.mark.parametrize("wanted", list(Level))
async def test_names_need_a_second_factor_where_the_installation_asks_for_it(
    room: Staffroom, wanted: Level
) -> None:
    await room.opens()
    one_factor = room.creator
    two_factors = replace(one_factor, has_second_factor=True)
    assert await room.level(one_factor, wanted) is wanted
    assert await room.level(two_factors, wanted, strict=True) is wanted
    before = len(room.rows.of(TUN).audit.kept)
    if wanted < Level.NAMED:
        assert await room.level(one_factor, wanted, strict=True) is wanted
    else:
        with pytest.raises(SecondFactorNeeded):
            await room.level(one_factor, wanted, strict=True)
        assert len(room.rows.of(TUN).audit.kept) == before


async def test_who_reads_without_names_needs_no_second_factor(room: Staffroom) -> None:
    """The level that the permit would carry counts, not the one asked for."""
    room.rows.grant(TUN, room.kari, reading(Level.AGGREGATE))
    await room.opens()
    assert await room.level(room.creator, Level.FREE_TEXT, strict=True) is Level.AGGREGATE


async def test_a_grant_that_has_ended_ends_what_was_shared(room: Staffroom) -> None:
    await room.shares()
    await room.opens()
    room.clock.advance(timedelta(days=400))
    with pytest.raises(NotAReader):
        await room.level(room.teacher)

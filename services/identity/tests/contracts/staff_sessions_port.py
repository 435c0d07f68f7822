"""What every keeper of sign-ins promises."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from samspill_identity.domain.errors import SignInAttemptUnknown
from samspill_identity.domain.ports import StaffSessions
from samspill_identity.domain.schools import Membership, school_id_of
from samspill_identity.domain.sessions import (
    Person,
    ProviderTokens,
    SignInAttempt,
    StaffSession,
    hash_of,
)
from samspill_kit.ids import RandomIds, SessionId, StaffId
from samspill_kit.principal import Role

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
IDS = RandomIds()


def session() -> StaffSession:
    person = Person(
        IDS.new(StaffId),
        "Åse Ås",
        frozenset({Membership("111111111", Role.TEACHER), Membership("1", Role.LEADER)}),
        str(uuid4()),
        ProviderTokens("a refresh token"),
    )
    return StaffSession(IDS.new(SessionId), person, None, NOW, NOW, NOW)


def new_hash() -> bytes:
    return hash_of(str(uuid4()))


class StaffSessionsContract:
    async def test_an_attempt_is_taken_once(self, sessions: StaffSessions) -> None:
        key, attempt = new_hash(), SignInAttempt("state", "nonce", "verifier", "/hjem")
        await sessions.keep_attempt(key, attempt, until=NOW)
        assert await sessions.take_attempt(key, at=NOW - timedelta(seconds=1)) == attempt
        with pytest.raises(SignInAttemptUnknown):
            await sessions.take_attempt(key, at=NOW - timedelta(seconds=1))

    async def test_an_old_attempt_is_unknown(self, sessions: StaffSessions) -> None:
        key = new_hash()
        await sessions.keep_attempt(key, SignInAttempt("s", "n", "v", "/"), until=NOW)
        with pytest.raises(SignInAttemptUnknown):
            await sessions.take_attempt(key, at=NOW)
        with pytest.raises(SignInAttemptUnknown):
            await sessions.take_attempt(new_hash(), at=NOW)

    async def test_a_session_is_found_as_it_was_kept(self, sessions: StaffSessions) -> None:
        key, kept = new_hash(), session()
        await sessions.add(key, kept)
        assert await sessions.find(key) == kept
        assert await sessions.find(new_hash()) is None

    async def test_rights_school_and_last_use_change(self, sessions: StaffSessions) -> None:
        key, kept = new_hash(), session()
        await sessions.add(key, kept)
        person = replace(
            kept.person, memberships=frozenset(), tokens=ProviderTokens("another token")
        )
        later = NOW + timedelta(minutes=3)
        changed = replace(
            kept.with_rights(person, at=later).at_school(school_id_of("111111111")), used_at=later
        )
        await sessions.save(key, changed)
        assert await sessions.find(key) == changed

    async def test_an_ended_session_stays_ended(self, sessions: StaffSessions) -> None:
        key, kept = new_hash(), session()
        await sessions.add(key, kept)
        assert await sessions.end(key) == kept
        assert await sessions.end(key) is None
        await sessions.save(key, kept)
        assert await sessions.find(key) is None

    async def test_one_provider_session_ends_alone(self, sessions: StaffSessions) -> None:
        mine, other = (new_hash(), session()), (new_hash(), session())
        for key, kept in (mine, other):
            await sessions.add(key, kept)
        told = mine[1].person
        ended = await sessions.end_of_provider(
            provider_session=told.provider_session, staff_id=told.staff_id
        )
        assert ended == 1
        assert await sessions.find(mine[0]) is None
        assert await sessions.find(other[0]) == other[1]

    async def test_without_a_provider_session_all_of_a_person_end(
        self, sessions: StaffSessions
    ) -> None:
        first = session()
        second = replace(first, id=IDS.new(SessionId))
        keys = [new_hash(), new_hash()]
        for key, kept in zip(keys, (first, second), strict=True):
            await sessions.add(key, kept)
        ended = await sessions.end_of_provider(provider_session="", staff_id=first.person.staff_id)
        assert ended == 2
        assert await sessions.end_of_provider(provider_session="", staff_id=None) == 0

    async def test_a_person_sees_every_own_sign_in_newest_first(
        self, sessions: StaffSessions
    ) -> None:
        first = replace(session(), device="Firefox Linux")
        second = replace(
            first, id=IDS.new(SessionId), started_at=NOW + timedelta(hours=1), device=""
        )
        for kept in (first, second, session()):
            await sessions.add(new_hash(), kept)
        listed = await sessions.of_person(first.person.staff_id)
        assert [(one.id, one.device, one.used_at) for one in listed] == [
            (second.id, "", second.used_at),
            (first.id, "Firefox Linux", first.used_at),
        ]
        assert not await sessions.of_person(IDS.new(StaffId))

    async def test_one_sign_in_of_a_person_ends_and_no_others(
        self, sessions: StaffSessions
    ) -> None:
        first, other = session(), session()
        second = replace(first, id=IDS.new(SessionId))
        keys = [new_hash(), new_hash(), new_hash()]
        for key, kept in zip(keys, (first, second, other), strict=True):
            await sessions.add(key, kept)
        staff_id = first.person.staff_id
        assert await sessions.end_of_person(staff_id, other.id) == 0
        assert await sessions.end_of_person(staff_id, first.id) == 1
        assert [await sessions.find(key) is None for key in keys] == [True, False, False]
        assert await sessions.end_of_person(staff_id, None) == 1
        assert await sessions.find(keys[2]) == other

    async def test_a_second_factor_is_remembered(self, sessions: StaffSessions) -> None:
        key, kept = new_hash(), session()
        await sessions.add(key, kept)
        changed = replace(kept, person=replace(kept.person, has_second_factor=True))
        await sessions.save(key, changed)
        assert await sessions.find(key) == changed

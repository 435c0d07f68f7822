"""Keys are held for their lease and no longer (ARCHITECTURE.md section 4)."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from samspill_kit.crypto import IssuedKey, KeyRing
from samspill_kit.errors import DomainError, Refused, Unavailable
from samspill_kit.ids import SchoolId, SurveyId
from samspill_kit.testing.clocks import SetClock

SCHOOL, SURVEY = SchoolId(uuid4()), SurveyId(uuid4())
LEASE = timedelta(minutes=60)


class FakeRetention:
    def __init__(self) -> None:
        self.asked = 0
        self.fails_with: DomainError | None = None
        self.answers = asyncio.Event()
        self.answers.set()

    async def issue(self, _school_id: SchoolId, _survey_id: SurveyId) -> IssuedKey:
        self.asked += 1
        await self.answers.wait()
        if self.fails_with:
            raise self.fails_with
        return IssuedKey(bytes(32), LEASE)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def retention() -> FakeRetention:
    return FakeRetention()


@pytest.fixture
def ring(retention: FakeRetention, clock: SetClock) -> KeyRing:
    return KeyRing(retention.issue, monotonic=clock.seconds)


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_class_that_answers_at_once_asks_once(
    ring: KeyRing, retention: FakeRetention
) -> None:
    retention.answers.clear()
    waiting = [asyncio.create_task(ring.key(SCHOOL, SURVEY)) for _ in range(28)]
    await settled()
    retention.answers.set()
    assert len({id(envelope) for envelope in await asyncio.gather(*waiting)}) == 1
    assert retention.asked == 1


async def test_retention_may_be_down_for_nearly_an_hour(
    ring: KeyRing, retention: FakeRetention, clock: SetClock
) -> None:
    await ring.key(SCHOOL, SURVEY)
    clock.advance(timedelta(minutes=30))
    await ring.key(SCHOOL, SURVEY)
    await settled()
    assert retention.asked == 2
    retention.fails_with = Unavailable()
    for _ in range(11):
        clock.advance(timedelta(minutes=5))
        await ring.key(SCHOOL, SURVEY)
        await settled()
    clock.advance(timedelta(minutes=5))
    with pytest.raises(Unavailable):
        await ring.key(SCHOOL, SURVEY)


async def test_a_key_that_is_refused_at_renewal_is_forgotten(
    ring: KeyRing, retention: FakeRetention, clock: SetClock
) -> None:
    await ring.key(SCHOOL, SURVEY)
    retention.fails_with = Refused()
    clock.advance(timedelta(minutes=2))
    await ring.key(SCHOOL, SURVEY)
    await settled()
    with pytest.raises(Refused):
        await ring.key(SCHOOL, SURVEY)


async def test_a_forgotten_key_is_asked_for_again(ring: KeyRing, retention: FakeRetention) -> None:
    await ring.key(SCHOOL, SURVEY)
    ring.forget(SURVEY)
    retention.fails_with = Refused()
    with pytest.raises(Refused):
        await ring.key(SCHOOL, SURVEY)


async def test_a_key_under_way_while_the_survey_is_locked_is_not_kept(
    ring: KeyRing, retention: FakeRetention
) -> None:
    retention.answers.clear()
    asking = asyncio.create_task(ring.key(SCHOOL, SURVEY))
    await settled()
    ring.forget(SURVEY)
    retention.answers.set()
    await asking
    retention.fails_with = Refused()
    with pytest.raises(Refused):
        await ring.key(SCHOOL, SURVEY)


async def test_a_lease_ends_in_memory_without_anybody_asking(retention: FakeRetention) -> None:
    async def briefly(school_id: SchoolId, survey_id: SurveyId) -> IssuedKey:
        issued = await retention.issue(school_id, survey_id)
        return IssuedKey(issued.key, timedelta(milliseconds=5))

    ring = KeyRing(briefly)
    await ring.key(SCHOOL, SURVEY)
    assert ring.holds(SURVEY)
    async with asyncio.timeout(5):
        while ring.holds(SURVEY):  # noqa: ASYNC110  # The loop's own timer ends it.
            await asyncio.sleep(0.005)


async def test_one_caller_giving_up_does_not_take_the_key_from_the_others(
    ring: KeyRing, retention: FakeRetention
) -> None:
    retention.answers.clear()
    impatient, patient = (asyncio.create_task(ring.key(SCHOOL, SURVEY)) for _ in range(2))
    await settled()
    impatient.cancel()
    await settled()
    retention.answers.set()
    await patient
    assert retention.asked == 1

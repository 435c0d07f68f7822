"""Facts from a commit to another service's inbox, on real PostgreSQL and NATS (SPEC R1, R3)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import nats.errors
import pytest
import sqlalchemy as sa

from samspill_kit.clock import SystemClock
from samspill_kit.db import Database, SqlDeadLetters, SqlOutbox, UnitOfWork
from samspill_kit.errors import Invalid
from samspill_kit.events import (
    STREAMS,
    Consumer,
    ConsumerDeclaration,
    Delivery,
    EventBus,
    Relay,
    Subscription,
)
from samspill_kit.facts import Fact
from samspill_kit.ids import RandomIds, SchoolId, SurveyId
from samspill_kit.testing.clocks import SetClock
from samspill_kit.testing.fixtures import MigratedDatabase
from samspill_kit.testing.metrics import measured
from samspill_kit.testing.nats import NatsServer
from samspill_kit.testing.postgres import ServiceUrls

MIGRATIONS = Path(__file__).parent / "sample_migrations"
STREAM = STREAMS["surveys"]
SCHOOL = SchoolId(uuid4())
NO_PAUSES = (0.01,)


@pytest.fixture
async def urls(migrated_database: MigratedDatabase) -> ServiceUrls:
    return await migrated_database("sample", MIGRATIONS)


@pytest.fixture
async def database(urls: ServiceUrls) -> AsyncIterator[Database]:
    database = Database(urls.app)
    yield database
    await database.stop()


@pytest.fixture
async def jobs(urls: ServiceUrls) -> AsyncIterator[Database]:
    jobs = Database(urls.jobs)
    yield jobs
    await jobs.stop()


@pytest.fixture
def outbox(jobs: Database) -> SqlOutbox:
    return SqlOutbox(jobs, SystemClock())


@pytest.fixture
async def bus(nats_server: NatsServer) -> AsyncIterator[EventBus]:
    bus = EventBus("surveys", nats_server.url("surveys"))
    await bus.start()
    yield bus
    await bus.stop()


@pytest.fixture
def subject() -> str:
    """A subject of this test alone: the stream is shared by the session."""
    return f"samspill.surveys.survey.opened_{uuid4().hex[:8]}.v1"


class Listener:
    """Another service with a database of its own, counting what it takes in."""

    def __init__(self, database: Database, jobs: Database, bus: EventBus, subject: str) -> None:
        self.database = database
        self.seen: list[Delivery[bytes]] = []
        self.tries = 0
        self.taken_in = 0
        self.fails_with: Exception | None = None
        declaration = ConsumerDeclaration("surveys", uuid4().hex[:8], STREAM, (subject,))
        self.consumer = Consumer(
            bus,
            declaration,
            {subject: Subscription(bytes, self.take_in)},
            SqlDeadLetters(jobs, SystemClock()),
            pauses=NO_PAUSES,
        )

    async def take_in(self, delivery: Delivery[bytes]) -> None:
        self.tries += 1
        if self.fails_with:
            raise self.fails_with
        async with UnitOfWork(self.database, SCHOOL) as work:
            self.seen.append(delivery)
            if await work.inbox.record(delivery.event_id, survey_id=delivery.survey_id):
                self.taken_in += 1
                await work.commit()

    async def dead_letters(self) -> list[str]:
        async with self.database.transaction() as session:
            rows = await session.execute(sa.text("SELECT error FROM dead_letters"))
            return list(rows.scalars())


@pytest.fixture
def listener(database: Database, jobs: Database, bus: EventBus, subject: str) -> Listener:
    return Listener(database, jobs, bus, subject)


@asynccontextmanager
async def running(*parts: Relay | Consumer) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(part.run()) for part in parts]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110  # What is waited for tells nobody.
            await asyncio.sleep(0.02)


async def until_parked(listener: Listener) -> list[str]:
    async with asyncio.timeout(30):
        while not await listener.dead_letters():  # noqa: ASYNC110  # A row in a table.
            await asyncio.sleep(0.05)
    return await listener.dead_letters()


async def commit_fact(database: Database, subject: str, payload: bytes = b"ids") -> Fact:
    fact = Fact.new(
        RandomIds(), subject, payload, at=datetime.now(UTC), survey_id=SurveyId(uuid4())
    )
    async with UnitOfWork(database, SCHOOL) as work:
        work.outbox.add(fact)
        await work.commit()
    return fact


async def test_a_fact_reaches_the_other_service_with_its_ids(
    database: Database, bus: EventBus, outbox: SqlOutbox, listener: Listener, subject: str
) -> None:
    fact = await commit_fact(database, subject)
    async with running(Relay(bus, outbox, STREAM), listener.consumer):
        await until(lambda: listener.taken_in == 1)
    assert listener.seen == [Delivery(b"ids", fact.event_id, fact.survey_id, fact.at)]


async def test_a_fact_of_a_rolled_back_change_is_never_published(
    database: Database, outbox: SqlOutbox, subject: str
) -> None:
    async with UnitOfWork(database, SCHOOL) as work:
        work.outbox.add(Fact.new(RandomIds(), subject, b"", at=datetime.now(UTC)))
        await work.outbox.write()
    assert (await outbox.waiting()).count == 0


async def test_a_crash_between_commit_and_publishing_loses_nothing(
    database: Database, bus: EventBus, outbox: SqlOutbox, listener: Listener, subject: str
) -> None:
    await commit_fact(database, subject)
    with pytest.raises(SystemExit):
        await claim_and_die(outbox)
    assert (await outbox.waiting()).count == 1
    async with running(Relay(bus, outbox, STREAM), listener.consumer):
        await until(lambda: listener.taken_in == 1)


async def claim_and_die(outbox: SqlOutbox) -> None:
    async with outbox.claim(10) as batch:
        assert len(batch.facts) == 1
        raise SystemExit


async def test_a_crash_between_publishing_and_marking_publishes_twice_and_counts_once(
    database: Database, bus: EventBus, outbox: SqlOutbox, listener: Listener, subject: str
) -> None:
    fact = await commit_fact(database, subject)
    await bus.declare(STREAM)
    jetstream = await bus.stream()
    # Without Nats-Msg-Id, as if the stream had forgotten it: the inbox alone must tell.
    await jetstream.publish(subject, fact.payload, headers=fact.headers)
    async with running(Relay(bus, outbox, STREAM), listener.consumer):
        await until(lambda: len(listener.seen) == 2)
    assert listener.taken_in == 1


async def test_what_waits_is_measured_while_the_stream_is_away(
    database: Database, jobs: Database, subject: str, tmp_path: Path
) -> None:
    bus = EventBus("surveys", NatsServer(tmp_path).url("surveys"))
    await bus.start()
    in_ten_minutes = SetClock(datetime.now(UTC) + timedelta(minutes=10))
    relay = Relay(bus, SqlOutbox(jobs, in_ten_minutes), STREAM)
    await commit_fact(database, subject)
    publishing = asyncio.create_task(relay.run())
    measuring = asyncio.create_task(relay.watch())
    await until(lambda: measured("samspill_events_waiting", stream=STREAM.name) == 1)
    longest = measured("samspill_events_oldest_waiting_seconds", stream=STREAM.name)
    assert longest == pytest.approx(600, abs=60)
    for task in (publishing, measuring):
        task.cancel()
    await asyncio.gather(publishing, measuring, return_exceptions=True)
    await bus.stop()


async def test_two_relays_share_the_work(
    database: Database, bus: EventBus, outbox: SqlOutbox, listener: Listener, subject: str
) -> None:
    for _ in range(30):
        await commit_fact(database, subject)
    relays = (Relay(bus, outbox, STREAM), Relay(bus, outbox, STREAM))
    async with running(*relays, listener.consumer):
        await until(lambda: listener.taken_in == 30)
    assert len(listener.seen) == 30
    assert (await outbox.waiting()).count == 0


async def test_a_fact_that_never_works_is_parked_after_five_tries(
    database: Database, bus: EventBus, outbox: SqlOutbox, listener: Listener, subject: str
) -> None:
    listener.fails_with = KeyError("Nora")
    await commit_fact(database, subject)
    async with running(Relay(bus, outbox, STREAM), listener.consumer):
        assert await until_parked(listener) == ["KeyError"]
    assert listener.tries == 5


async def test_a_fact_that_can_never_work_is_parked_at_once(
    database: Database, bus: EventBus, outbox: SqlOutbox, listener: Listener, subject: str
) -> None:
    listener.fails_with = Invalid()
    await commit_fact(database, subject)
    async with running(Relay(bus, outbox, STREAM), listener.consumer):
        assert await until_parked(listener) == ["invalid"]
    assert listener.tries == 1


async def test_facts_survive_a_stopped_server_and_a_wiped_volume(
    database: Database, jobs: Database, outbox: SqlOutbox, subject: str, tmp_path: Path
) -> None:
    server = NatsServer(tmp_path)
    bus = EventBus("surveys", server.url("surveys"))
    await bus.start()
    listener, late = (Listener(database, jobs, bus, subject) for _ in range(2))
    first = await commit_fact(database, subject)
    async with running(Relay(bus, outbox, STREAM), listener.consumer):
        server.start()
        await until(lambda: listener.taken_in == 1)
        server.stop()
        second = await commit_fact(database, subject)
        server.wipe()
        server.start()
        await until(lambda: listener.taken_in == 2)
        async with running(late.consumer):
            # Told from the new stream alone, which therefore got the first fact again.
            await until(lambda: len(late.seen) == 2)
    assert {delivery.event_id for delivery in late.seen} == {first.event_id, second.event_id}
    assert (await outbox.waiting()).count == 0
    await bus.stop()
    server.stop()


async def test_a_service_cannot_tell_facts_in_anothers_name(
    bus: EventBus, nats_server: NatsServer
) -> None:
    await bus.declare(STREAM)
    other = EventBus("reports", nats_server.url("reports"))
    await other.start()
    jetstream = await other.stream()
    with pytest.raises(nats.errors.Error):
        await jetstream.publish("samspill.surveys.survey.opened.v1", b"", timeout=0.5)
    await other.stop()

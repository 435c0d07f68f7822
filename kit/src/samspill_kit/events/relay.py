"""Publishes what waits in an outbox; safe to run twice, also at the same time in every replica."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, suppress
from datetime import datetime, timedelta
from typing import Final, Protocol

import nats.errors
import nats.js.errors

from samspill_kit.errors import Unavailable
from samspill_kit.events import metrics
from samspill_kit.events.bus import EventBus
from samspill_kit.events.streams import StreamDeclaration
from samspill_kit.facts import Fact
from samspill_kit.logging import get_logger

log = get_logger(__name__)

BATCH: Final = 100
BETWEEN_LOOKS: Final = timedelta(milliseconds=500)
BETWEEN_MEASUREMENTS: Final = timedelta(seconds=5)
"""Several times between two looks of Prometheus."""

AFTER_A_FAILURE: Final = timedelta(seconds=2)
BETWEEN_CLEANINGS: Final = timedelta(hours=1)


class Batch(Protocol):
    """Facts held by one relay."""

    @property
    def facts(self) -> Sequence[Fact]:
        """The oldest waiting facts."""

    def mark_published(self, fact: Fact, *, epoch: datetime) -> None:
        """The stream that began at `epoch` has acknowledged the fact."""


class Waiting(Protocol):
    """What an outbox holds back."""

    @property
    def count(self) -> int:
        """Facts that are not published yet."""

    @property
    def longest(self) -> timedelta:
        """Since when the oldest of them waits; zero when none does."""


class Outbox(Protocol):
    """Where facts wait."""

    def claim(self, limit: int) -> AbstractAsyncContextManager[Batch]:
        """Hold some waiting facts; marks are stored when the block ends."""

    async def republish_for(self, epoch: datetime, subject_prefix: str) -> int:
        """Let facts wait again that a stream which began at `epoch` never got."""

    async def waiting(self) -> Waiting:
        """How many facts wait, and for how long."""

    async def forget_old(self) -> int:
        """Remove facts that were published long ago."""


class Relay:
    """Run `run` and `watch` in the background of the service whose outbox it is."""

    def __init__(self, bus: EventBus, outbox: Outbox, stream: StreamDeclaration) -> None:
        self._bus = bus
        self._outbox = outbox
        self._stream = stream
        self._cleaned_at = float("-inf")
        self._published = metrics.EVENTS_PUBLISHED.labels(stream.name)
        self._waiting = metrics.EVENTS_WAITING.labels(stream.name)
        self._oldest = metrics.EVENTS_OLDEST_WAITING.labels(stream.name)

    async def run(self) -> None:
        """Publish for ever; waits while NATS or the database is away."""
        while True:
            try:
                await self._publish_until_reconnected()
            except (Unavailable, nats.errors.Error, nats.js.errors.Error, OSError) as error:
                log.warning("Facts wait", because=type(error).__name__)
                await asyncio.sleep(AFTER_A_FAILURE.total_seconds())

    async def watch(self) -> None:
        """Measure what waits, for ever; apart from publishing, which stands still without NATS."""
        while True:
            with suppress(Unavailable):
                waiting = await self._outbox.waiting()
                self._waiting.set(waiting.count)
                self._oldest.set(waiting.longest.total_seconds())
            await asyncio.sleep(BETWEEN_MEASUREMENTS.total_seconds())

    async def _publish_until_reconnected(self) -> None:
        await self._bus.stream()
        generation = self._bus.generation
        epoch = await self._bus.declare(self._stream)
        again = await self._outbox.republish_for(epoch, f"samspill.{self._stream.service}.")
        if again:
            log.info("The stream is new and gets everything again", again_count=again)
        while self._bus.generation == generation:
            published = await self.publish_batch(epoch)
            await self._clean_sometimes()
            if published < BATCH:
                await asyncio.sleep(BETWEEN_LOOKS.total_seconds())

    async def publish_batch(self, epoch: datetime) -> int:
        """Publish the oldest waiting facts and return how many; order is not promised."""
        async with self._outbox.claim(BATCH) as batch:
            if not batch.facts:
                return 0
            jetstream = await self._bus.stream()
            acknowledgements = await asyncio.gather(
                *(
                    jetstream.publish(
                        fact.subject,
                        fact.payload,
                        stream=self._stream.name,
                        headers=fact.headers | {"Nats-Msg-Id": str(fact.event_id)},
                    )
                    for fact in batch.facts
                ),
                return_exceptions=True,
            )
            for fact, acknowledged in zip(batch.facts, acknowledgements, strict=True):
                if not isinstance(acknowledged, BaseException):
                    batch.mark_published(fact, epoch=epoch)
        failures = [each for each in acknowledgements if isinstance(each, BaseException)]
        done = len(acknowledgements) - len(failures)
        self._published.inc(done)
        if failures:
            raise failures[0]
        return done

    async def _clean_sometimes(self) -> None:
        if time.monotonic() - self._cleaned_at > BETWEEN_CLEANINGS.total_seconds():
            self._cleaned_at = time.monotonic()
            await self._outbox.forget_old()

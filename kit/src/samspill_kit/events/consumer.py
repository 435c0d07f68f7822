"""Takes facts in: a handler records and commits, then the fact is acknowledged."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Generic, Protocol, TypeVar

import nats.errors
import nats.js.errors
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from samspill_kit.errors import DomainError, Invalid, Refused
from samspill_kit.events import metrics
from samspill_kit.events.bus import EventBus
from samspill_kit.events.streams import ConsumerDeclaration
from samspill_kit.facts import Fact
from samspill_kit.ids import EventId, SurveyId
from samspill_kit.logging import get_logger

log = get_logger(__name__)

MOST_TRIES: Final = 5
"""Then a fact is parked as a dead letter (ARCHITECTURE.md section 3)."""

_PAUSES: Final = (1.0, 5.0, 30.0, 120.0)
_BATCH: Final = 20
_WAIT_FOR_FACTS: Final = timedelta(seconds=5)
_AFTER_A_FAILURE: Final = timedelta(seconds=2)
_ACKNOWLEDGED_WITHIN: Final = timedelta(seconds=30)

Event = TypeVar("Event")


@dataclass(frozen=True, slots=True)
class Delivery(Generic[Event]):
    """A decoded fact; it may have been delivered before, which the inbox knows."""

    event: Event
    event_id: EventId
    survey_id: SurveyId | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Subscription(Generic[Event]):
    """How one subject is decoded and handled.

    The handler notes the event's id in its inbox and commits before it returns. Invalid and
    Refused mean that trying again cannot help.
    """

    decode: Callable[[bytes], Event]
    handle: Callable[[Delivery[Event]], Awaitable[None]]


class DeadLetters(Protocol):
    """Where facts are parked that could not be taken in."""

    async def park(self, consumer: str, fact: Fact, error: str) -> None:
        """Keep the fact with the code of its error."""


class Consumer:
    """One durable consumer; run `run` in the background of every replica."""

    def __init__(
        self,
        bus: EventBus,
        declaration: ConsumerDeclaration,
        subscriptions: Mapping[str, Subscription[Any]],
        dead_letters: DeadLetters,
        *,
        pauses: tuple[float, ...] = _PAUSES,
    ) -> None:
        """`subscriptions` has one entry per declared subject; `pauses` are in seconds."""
        if set(subscriptions) != set(declaration.subjects):
            raise ValueError("every declared subject needs a subscription, and no other has one")
        self._bus = bus
        self._declaration = declaration
        self._subscriptions = subscriptions
        self._dead_letters = dead_letters
        self._pauses = pauses
        self._settled = {
            outcome: metrics.EVENTS_SETTLED.labels(declaration.name, outcome)
            for outcome in ("done", "retried", "parked")
        }

    async def run(self) -> None:
        """Take facts in for ever; waits while NATS is away or the stream does not exist yet."""
        while True:
            try:
                await self._consume_until_reconnected()
            except (nats.errors.Error, nats.js.errors.Error, OSError):
                await asyncio.sleep(_AFTER_A_FAILURE.total_seconds())

    async def _consume_until_reconnected(self) -> None:
        jetstream = await self._bus.stream()
        generation = self._bus.generation
        pull = await self._pull(jetstream)
        try:
            while self._bus.generation == generation:
                try:
                    messages = await pull.fetch(_BATCH, timeout=_WAIT_FOR_FACTS.total_seconds())
                except nats.errors.TimeoutError:
                    # Also how a consumer that was deleted with its stream looks; asking tells.
                    await pull.consumer_info()
                    continue
                for message in messages:
                    await self.settle(message)
        finally:
            await pull.unsubscribe()

    async def _pull(self, jetstream: JetStreamContext) -> JetStreamContext.PullSubscription:
        config = ConsumerConfig(
            durable_name=self._declaration.name,
            deliver_policy=DeliverPolicy.ALL,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=_ACKNOWLEDGED_WITHIN.total_seconds(),
            # Tries are counted here: the last one parks the fact instead of dropping it.
            max_deliver=-1,
            filter_subjects=list(self._declaration.subjects),
        )
        await jetstream.add_consumer(self._declaration.stream.name, config)
        return await jetstream.pull_subscribe_bind(
            durable=self._declaration.name, stream=self._declaration.stream.name
        )

    async def settle(self, message: Msg) -> None:
        """Handle one message, and acknowledge, postpone or park it."""
        fact = _fact_of(message)
        if fact is None:
            log.warning("A message is no fact of ours", subject=message.subject)
            await message.term()
            return
        try:
            await self._handle(fact)
        except (Invalid, Refused) as error:
            await self._park(message, fact, error)
        except Exception as error:
            log.exception("Taking in a fact failed", subject=fact.subject)
            if message.metadata.num_delivered >= MOST_TRIES:
                await self._park(message, fact, error)
            else:
                await self._postpone(message)
        else:
            await message.ack()
            self._count("done")

    async def _handle(self, fact: Fact) -> None:
        subscription = self._subscriptions[fact.subject]
        event = subscription.decode(fact.payload)
        await subscription.handle(Delivery(event, fact.event_id, fact.survey_id, fact.at))

    async def _park(self, message: Msg, fact: Fact, error: Exception) -> None:
        """Put the fact where a person will see it; if that fails too, it is tried again later."""
        described = error.code if isinstance(error, DomainError) else type(error).__name__
        try:
            await self._dead_letters.park(self._declaration.name, fact, described)
        except Exception:
            log.exception("Parking a fact failed", subject=fact.subject)
            await self._postpone(message)
            return
        log.warning(
            "A fact was parked", subject=fact.subject, event_id=fact.event_id, because=described
        )
        await message.term()
        self._count("parked")

    async def _postpone(self, message: Msg) -> None:
        tries = min(message.metadata.num_delivered, len(self._pauses))
        await message.nak(delay=self._pauses[tries - 1])
        self._count("retried")

    def _count(self, outcome: str) -> None:
        self._settled[outcome].inc()


def _fact_of(message: Msg) -> Fact | None:
    headers = message.headers or {}
    try:
        survey_id = headers.get("ce-subject")
        return Fact(
            EventId.parse(headers["ce-id"]),
            message.subject,
            message.data,
            datetime.fromisoformat(headers["ce-time"]).astimezone(UTC),
            SurveyId.parse(survey_id) if survey_id else None,
        )
    except (KeyError, ValueError, Invalid):
        return None

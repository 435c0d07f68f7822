"""Facts between services over NATS JetStream: at least once, in no promised order, ids alone."""

from samspill_kit.events.bus import EventBus
from samspill_kit.events.consumer import Consumer, DeadLetters, Delivery, Subscription
from samspill_kit.events.entry import demand_entry
from samspill_kit.events.relay import Relay
from samspill_kit.events.streams import CONSUMERS, STREAMS, ConsumerDeclaration, StreamDeclaration

__all__ = [
    "CONSUMERS",
    "STREAMS",
    "Consumer",
    "ConsumerDeclaration",
    "DeadLetters",
    "Delivery",
    "EventBus",
    "Relay",
    "StreamDeclaration",
    "Subscription",
    "demand_entry",
]

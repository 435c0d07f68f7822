"""What services that tell or hear facts measure; a service without NATS has none of it."""

from typing import Final

from prometheus_client import Counter, Gauge

STREAM_CONNECTED: Final = Gauge(
    "samspill_stream_connected", "1 while connected to the stream of events."
)
EVENTS_PUBLISHED: Final = Counter(
    "samspill_events_published_total", "Facts that the stream has acknowledged.", ("stream",)
)
EVENTS_WAITING: Final = Gauge(
    "samspill_events_waiting", "Facts in the outbox that are not published yet.", ("stream",)
)
EVENTS_OLDEST_WAITING: Final = Gauge(
    "samspill_events_oldest_waiting_seconds",
    "How long the oldest of them has waited; 0 when none waits.",
    ("stream",),
)
EVENTS_SETTLED: Final = Counter(
    "samspill_events_settled_total",
    "Facts taken in, by outcome: done, retried, parked.",
    ("consumer", "outcome"),
)

"""Counters that every service has; label values come from fixed sets, never from people."""

from collections.abc import Callable
from typing import Final

from prometheus_client import Counter, Gauge, Histogram, generate_latest

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

RPC_SERVER_SECONDS: Final = Histogram(
    "samspill_rpc_server_seconds",
    "Time from a call's arrival to its answer, by outcome: ok, an error's kind, or internal.",
    ("method", "outcome"),
    buckets=_SECONDS,
)
RPC_CLIENT_SECONDS: Final = Histogram(
    "samspill_rpc_client_seconds",
    "Time that a call to another service took, attempts apart.",
    ("method", "outcome"),
    buckets=_SECONDS,
)
EVENTS_PUBLISHED: Final = Counter(
    "samspill_events_published_total", "Facts that the stream has acknowledged.", ("stream",)
)
EVENTS_WAITING: Final = Gauge(
    "samspill_events_waiting", "Facts in the outbox that are not published yet."
)
EVENTS_SETTLED: Final = Counter(
    "samspill_events_settled_total",
    "Facts taken in, by outcome: done, retried, parked.",
    ("consumer", "outcome"),
)
STREAM_CONNECTED: Final = Gauge(
    "samspill_stream_connected", "1 while connected to the stream of events."
)
BACKGROUND_FAILURES: Final = Counter(
    "samspill_background_failures_total", "Background work that stopped with an error.", ("task",)
)

CLOCK_DIFFERENCES: Final = Counter(
    "samspill_clock_differences_total",
    "Passports and permits that came from the future, so that a clock goes wrong.",
)

render: Final[Callable[[], bytes]] = generate_latest
"""Return all metrics in Prometheus' text format."""

"""What services measure; label values come from fixed sets, never from people (docs/metrics.md)."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics, generate_latest

from samspill_kit.errors import DomainError, Unavailable

# A second series beside every counter, which nobody asks for.
disable_created_metrics()  # type: ignore[no-untyped-call]  # Theirs has no types.

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

SERVICE_READY: Final = Gauge(
    "samspill_service_ready", "1 while this replica says that it is ready, as /readyz does."
)
RPC_SERVER_SECONDS: Final = Histogram(
    "samspill_rpc_server_seconds",
    "Time from a call's arrival to its answer, however it ends.",
    ("method",),
    buckets=_SECONDS,
)
RPC_SERVER_CALLS: Final = Counter(
    "samspill_rpc_server_calls_total",
    "Calls answered, by outcome: ok, an error's kind, internal, aborted or cancelled.",
    ("method", "outcome"),
)
RPC_CLIENT_SECONDS: Final = Histogram(
    "samspill_rpc_client_seconds",
    "Time that a call to another service took, attempts apart.",
    ("callee",),
    buckets=_SECONDS,
)
RPC_CLIENT_CALLS: Final = Counter(
    "samspill_rpc_client_calls_total",
    "Calls to another service, attempts apart, by outcome: ok, an error's kind, or internal.",
    ("callee", "outcome"),
)
BACKGROUND_FAILURES: Final = Counter(
    "samspill_background_failures_total", "Background work that stopped with an error.", ("task",)
)
CLOCK_DIFFERENCES: Final = Counter(
    "samspill_clock_differences_total",
    "Tokens that came from the future, so that a clock goes wrong.",
    ("token",),
)
CLOCK_TRUSTED: Final = Gauge(
    "samspill_clock_trusted",
    "1 while a timer may delete, 0 while it stands still because a clock jumped (SPEC T7).",
    ("timer",),
)

render: Final[Callable[[], bytes]] = generate_latest
"""Return all metrics in Prometheus' text format."""


class Outcomes:
    """A counter of attempts by how they ended; every way is there from the start, at 0.

    `refused` is a refusal that the caller may see; `failed` is an error of the system, something
    that does not answer, or an attempt that ran out of time.
    """

    def __init__(
        self,
        name: str,
        documentation: str,
        *,
        done: str = "done",
        named: Mapping[type[DomainError], str] | None = None,
    ) -> None:
        """`named` gives single errors an outcome of their own."""
        self._named = dict(named or {})
        self._done = done
        counter = Counter(name, documentation, ("outcome",))
        ways = (done, *self._named.values(), "refused", "failed")
        self._by_outcome = {way: counter.labels(way) for way in ways}

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count the block; its errors go on."""
        outcome = "failed"
        try:
            yield
            outcome = self._done
        except DomainError as error:
            outcome = self._outcome_of(error)
            raise
        finally:
            self._by_outcome[outcome].inc()

    def _outcome_of(self, error: DomainError) -> str:
        if isinstance(error, Unavailable):
            return "failed"
        return self._named.get(type(error), "refused")

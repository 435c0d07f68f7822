"""Calls to another service: deadline, passport and request id go along, errors come back."""

import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, Final, TypeVar

import stamina
from grpc import aio

from samspill_kit import metrics
from samspill_kit.errors import DomainError, Unavailable
from samspill_kit.grpc import call
from samspill_kit.grpc.error_codes import ServiceTooSlow, error_of
from samspill_kit.grpc.guard import PASSPORT_KEY, PERMIT_KEY, REQUEST_ID_KEY
from samspill_kit.grpc.server import LARGEST_MESSAGE
from samspill_kit.grpc.tls import Tls, host_of
from samspill_kit.settings import HostPort

KEPT_FOR_THE_WAY_BACK: Final = 0.02
"""Seconds that a deadline shrinks per hop, so that the outer call can still say why it failed."""

ATTEMPTS: Final = 3

Stub = TypeVar("Stub")


class Channel:
    """The way to one service; a part of a Service.

    Calls of a QueryService, and commands named idempotent, are tried up to three times inside
    their deadline when the service is unavailable. An InternalService never gets a passport.
    """

    def __init__(
        self,
        service: str,
        address: HostPort,
        tls: Tls,
        *,
        timeout: timedelta = timedelta(seconds=2),
    ) -> None:
        """`timeout` is the most that one call may take, its retries included."""
        self.service = service
        self.timeout = timeout.total_seconds()
        self._address = address
        self._tls = tls
        self._channel: aio.Channel | None = None
        self._seconds = metrics.RPC_CLIENT_SECONDS.labels(service)
        for outcome in ("ok", "unavailable", "internal"):
            metrics.RPC_CLIENT_CALLS.labels(service, outcome)

    def stub(
        self, made_by: Callable[[aio.Channel], Stub], *, idempotent: Iterable[str] = ()
    ) -> Stub:
        """Return a generated stub whose calls go through this channel.

        `idempotent` names the commands that may be repeated without harm.
        """
        quacking: Any = _StubChannel(self, frozenset(idempotent))
        return made_by(quacking)

    async def start(self) -> None:
        """Prepare the channel; it connects at the first call, and again whenever it must."""
        self.opened()

    async def stop(self) -> None:
        """Close the connection; calls under way fail."""
        if self._channel:
            await self._channel.close()

    def note(self, outcome: str, seconds: float) -> None:
        """Measure one attempt."""
        self._seconds.observe(seconds)
        metrics.RPC_CLIENT_CALLS.labels(self.service, outcome).inc()

    def opened(self) -> aio.Channel:
        """Return gRPC's channel, made at the first call because it belongs to the running loop."""
        if self._channel is None:
            options = (
                ("grpc.ssl_target_name_override", host_of(self.service)),
                ("grpc.default_authority", host_of(self.service)),
                ("grpc.lb_policy_name", "round_robin"),
                ("grpc.max_receive_message_length", LARGEST_MESSAGE),
                ("grpc.max_send_message_length", LARGEST_MESSAGE),
                ("grpc.initial_reconnect_backoff_ms", 100),
                ("grpc.max_reconnect_backoff_ms", 2_000),
                ("grpc.keepalive_time_ms", 30_000),
                # Half a minute unless told: too long for a caller whose neighbours were all replaced.
                ("grpc.dns_min_time_between_resolutions_ms", 2_000),
                ("grpc.enable_retries", 0),
            )
            self._channel = aio.secure_channel(
                f"dns:///{self._address}", self._tls.for_client(), options=options
            )
        return self._channel


class _StubChannel:
    """What a generated stub sees of a channel."""

    def __init__(self, channel: Channel, idempotent: frozenset[str]) -> None:
        self._channel = channel
        self._idempotent = idempotent

    def unary_unary(self, path: str, **serializers: Any) -> "_Method":
        return _Method(self._channel, path, serializers, self._idempotent)


class _Method:
    """One remote method, called as the generated one would be."""

    def __init__(
        self, channel: Channel, path: str, serializers: dict[str, Any], idempotent: frozenset[str]
    ) -> None:
        self._channel = channel
        self._path = path
        self._serializers = serializers
        self._is_retried = "QueryService/" in path or path.rpartition("/")[2] in idempotent
        self._gives_passport = "InternalService/" not in path
        self._remote: Any = None

    async def __call__(
        self,
        request: Any,
        *,
        timeout: float | None = None,  # noqa: ASYNC109  # As in generated stubs.
    ) -> Any:
        """Return the answer. Raises the error that the service raised, rebuilt, or Unavailable."""
        travelling = call.travelling()
        expires_at = time.monotonic() + (timeout or self._channel.timeout)
        if travelling.expires_at is not None:
            expires_at = min(expires_at, travelling.expires_at - KEPT_FOR_THE_WAY_BACK)
        sent = self._sent_along(travelling)
        try:
            return await self._once(request, expires_at, sent)
        except ServiceTooSlow:
            raise
        except Unavailable:
            if not self._is_retried:
                raise
        left = max(expires_at - time.monotonic(), 0.0)
        async for attempt in stamina.retry_context(
            on=Unavailable,
            attempts=ATTEMPTS - 1,
            timeout=left,
            wait_initial=0.05,
            wait_max=0.5,
        ):
            with attempt:
                return await self._once(request, expires_at, sent)
        raise AssertionError("the last attempt returns or raises")

    async def _once(
        self, request: Any, expires_at: float, sent: tuple[tuple[str, str], ...]
    ) -> Any:
        left = expires_at - time.monotonic()
        if left <= 0:
            raise ServiceTooSlow(service=self._channel.service)
        if self._remote is None:
            self._remote = self._channel.opened().unary_unary(self._path, **self._serializers)
        began_at = time.perf_counter()
        outcome = "internal"
        try:
            answer = await self._remote(request, timeout=left, metadata=sent)
            outcome = "ok"
            return answer
        except aio.AioRpcError as failure:
            error = error_of(failure, service=self._channel.service)
            if isinstance(error, DomainError):
                outcome = error.kind.code
            raise error from None
        finally:
            self._channel.note(outcome, time.perf_counter() - began_at)

    def _sent_along(self, travelling: call.Travelling) -> tuple[tuple[str, str], ...]:
        sent = [(REQUEST_ID_KEY, travelling.request_id)]
        if self._gives_passport:
            if travelling.passport:
                sent.append((PASSPORT_KEY, travelling.passport))
            if travelling.permit:
                sent.append((PERMIT_KEY, travelling.permit))
        return tuple(sent)

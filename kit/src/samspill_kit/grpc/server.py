"""The gRPC server of a service: mutual TLS, health, and a guard around every method."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any, Final, TypeVar

import grpc
from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health  # type: ignore[attr-defined]  # Its public place.

from samspill_kit.auth.reading import PassportReader, PermitReader
from samspill_kit.grpc.guard import Admission, Guard, Passport
from samspill_kit.grpc.tls import Tls
from samspill_kit.settings import HostPort

LARGEST_MESSAGE: Final = 16 * 1024 * 1024
"""A report of a large year in PDF; rosters and forms are far smaller."""

LARGEST_METADATA: Final = 8 * 1024

_OPTIONS: Final = (
    ("grpc.max_receive_message_length", LARGEST_MESSAGE),
    ("grpc.max_send_message_length", LARGEST_MESSAGE),
    ("grpc.max_metadata_size", LARGEST_METADATA),
    # A port in use is an error, never a second listener beside the first.
    ("grpc.so_reuseport", 0),
    # Clients find new replicas within five minutes.
    ("grpc.max_connection_age_ms", 300_000),
    ("grpc.max_connection_age_grace_ms", 30_000),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
)

Servicer = TypeVar("Servicer")


class GrpcServer:
    """A part of a Service: starts listening, tells its health, drains what is under way."""

    def __init__(
        self,
        service: str,
        listen: HostPort,
        tls: Tls,
        *,
        passports: PassportReader | None = None,
        permits: PermitReader | None = None,
        callers: frozenset[str] | None = None,
    ) -> None:
        """`callers` narrows who may call at all; None leaves it to what is said for each `add`."""
        self._callers = callers
        self._listen = listen
        self._tls = tls
        self._guard = Guard(service, passports, permits)
        self._registered: dict[str, dict[str, grpc.RpcMethodHandler[Any, Any]]] = {}
        self._health = health.HealthServicer()
        self._server: aio.Server | None = None
        self.port = listen.port
        """The port listened on; chosen by the system when the settings say 0."""

    def add(
        self,
        register: Callable[[Servicer, aio.Server], None],
        servicer: Servicer,
        *,
        callers: Iterable[str],
        passport: Passport,
    ) -> None:
        """Serve one gRPC service to these services alone.

        `register` is the generated `add_…Servicer_to_server`.
        """
        allowed = frozenset(callers)
        if self._callers is not None:
            allowed &= self._callers
        admission = Admission(allowed, passport)
        register(servicer, _Registrar(self._guard, admission, self._registered))  # type: ignore[arg-type]  # Quacks like a server.

    async def start(self) -> None:
        """Listen. Raises RuntimeError when the port is taken."""
        server = aio.server(options=_OPTIONS)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)  # type: ignore[no-untyped-call]
        for name, handlers in self._registered.items():
            server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, handlers),))
        self.port = server.add_secure_port(str(self._listen), self._tls.for_server())
        await self._tell_health(is_ready=False)
        await server.start()
        self._server = server

    async def announce(self, *, is_ready: bool) -> None:
        """Tell the gRPC health service, for the whole server and for each gRPC service."""
        await self._tell_health(is_ready=is_ready)

    async def drain(self, patience: timedelta) -> None:
        """Take no new calls and finish those under way."""
        await self._health.enter_graceful_shutdown()
        if self._server:
            await self._server.stop(patience.total_seconds())

    async def stop(self) -> None:
        """Cut what is still open."""
        if self._server:
            await self._server.stop(None)

    async def _tell_health(self, *, is_ready: bool) -> None:
        states = health_pb2.HealthCheckResponse
        state = states.SERVING if is_ready else states.NOT_SERVING
        for name in ("", *self._registered):
            await self._health.set(name, state)


class _Registrar:
    """Takes the methods that generated code registers and puts the guard around each."""

    def __init__(
        self,
        guard: Guard,
        admission: Admission,
        registered: "dict[str, dict[str, grpc.RpcMethodHandler[Any, Any]]]",
    ) -> None:
        self._guard = guard
        self._admission = admission
        self._registered = registered

    def add_generic_rpc_handlers(self, _handlers: Iterable[object]) -> None:
        """Ignore the unguarded handlers; the registered ones follow."""

    def add_registered_method_handlers(
        self, service: str, handlers: "Mapping[str, grpc.RpcMethodHandler[Any, Any]]"
    ) -> None:
        """Keep the guarded methods of one gRPC service."""
        self._registered[service] = {
            name: self._guarded(f"{service}/{name}", handler) for name, handler in handlers.items()
        }

    def _guarded(
        self, name: str, handler: "grpc.RpcMethodHandler[Any, Any]"
    ) -> "grpc.RpcMethodHandler[Any, Any]":
        if handler.unary_unary is None:
            raise TypeError(f"{name} streams, which the guard does not cover")
        method: Any = handler.unary_unary
        return grpc.unary_unary_rpc_method_handler(
            self._guard.around(name, method, self._admission),
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )

"""The connection to NATS: made in the background, kept for ever, never needed to be ready."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from typing import Final

import nats
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import RetentionPolicy, StorageType, StreamConfig, StreamInfo
from nats.js.errors import NotFoundError

from samspill_kit.events import metrics
from samspill_kit.events.streams import REMEMBERED_FOR, StreamDeclaration
from samspill_kit.logging import get_logger

log = get_logger(__name__)

_BETWEEN_ATTEMPTS: Final = timedelta(milliseconds=500)
_DUPLICATES_KNOWN_FOR: Final = timedelta(hours=1)
"""The stream drops repeats within this; the inboxes know them for ever."""


class EventBus:
    """A part of a Service; the service serves whether or not NATS is there (SPEC R3)."""

    def __init__(
        self, name: str, url: str, *, replicas: int = 1, tls: ssl.SSLContext | None = None
    ) -> None:
        """`url` is `nats://user:password@host:port`, several separated by commas."""
        self._name = name
        self._servers = url.split(",")
        self._replicas = replicas
        self._tls = tls
        self._client: Client | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._connected = asyncio.Event()
        self.generation = 0
        """Grows with every connection: what was known about streams must be asked anew."""

    async def start(self) -> None:
        """Begin to connect; returns at once."""
        self._connecting = asyncio.create_task(self._connect(), name="connect to NATS")

    async def stop(self) -> None:
        """Close the connection."""
        if self._connecting:
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)
        if self._client:
            await self._client.close()

    async def stream(self) -> JetStreamContext:
        """Wait until connected, for ever if need be, and return JetStream."""
        await self._connected.wait()
        assert self._client is not None
        return self._client.jetstream(timeout=5)

    async def declare(self, stream: StreamDeclaration, *, change: bool = False) -> datetime:
        """Make the stream if it is not there, and return when it began to exist.

        With `change`, one that is there gets this number of copies.
        """
        jetstream = await self.stream()
        config = StreamConfig(
            name=stream.name,
            subjects=[stream.subjects],
            retention=RetentionPolicy.LIMITS,
            storage=StorageType.FILE,
            num_replicas=self._replicas,
            max_age=REMEMBERED_FOR.total_seconds(),
            duplicate_window=_DUPLICATES_KNOWN_FOR.total_seconds(),
        )
        try:
            found: StreamInfo = await jetstream.stream_info(stream.name)
        except NotFoundError:
            found = await jetstream.add_stream(config)
            log.info("Stream made", stream=stream.name)
        if change and found.config.num_replicas != self._replicas:
            await jetstream.update_stream(config)
            log.info("Stream changed", stream=stream.name, replicas=self._replicas)
        # A server that does not tell counts as one stream without end.
        return found.created or datetime.fromtimestamp(0, UTC)

    async def _connect(self) -> None:
        while self._client is None:
            try:
                self._client = await nats.connect(
                    self._servers,
                    name=self._name,
                    tls=self._tls,
                    connect_timeout=2,
                    reconnect_time_wait=_BETWEEN_ATTEMPTS.total_seconds(),
                    max_reconnect_attempts=-1,
                    ping_interval=10,
                    error_cb=_nothing_to_tell,
                    disconnected_cb=self._lost,
                    reconnected_cb=self._found,
                )
            except Exception:
                # Whatever the reason, it may be over soon; the metric tells meanwhile.
                await asyncio.sleep(_BETWEEN_ATTEMPTS.total_seconds())
        await self._found()

    async def _found(self) -> None:
        self.generation += 1
        self._connected.set()
        metrics.STREAM_CONNECTED.set(1)
        log.info("Connected to the stream of events")

    async def _lost(self) -> None:
        self._connected.clear()
        metrics.STREAM_CONNECTED.set(0)
        log.warning("Lost the stream of events")


async def _nothing_to_tell(_error: Exception) -> None:
    """Errors while reconnecting are told by the callbacks; their texts hold the address."""

"""An HTTP server as a part of a Service: the process, not uvicorn, decides about signals."""

import asyncio
import socket
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from samspill_kit.settings import HostPort

_STARTED_WITHIN: Final = timedelta(seconds=10)


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave signals to the process."""
        yield


class HttpServer:
    """Serves an ASGI app on one address; drains before it stops."""

    def __init__(
        self, app: ASGIApp, listen: HostPort, *, trusted_proxies: frozenset[str] = frozenset()
    ) -> None:
        """`trusted_proxies` are addresses or networks whose X-Forwarded-For is believed; without
        any, the header is ignored, because everybody can write it.
        """
        config = uvicorn.Config(
            app,
            http="httptools",
            lifespan="off",
            access_log=False,
            proxy_headers=bool(trusted_proxies),
            forwarded_allow_ips=sorted(trusted_proxies),
            log_config=None,
            server_header=False,
            date_header=True,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=10,
        )
        self._listen = listen
        self._socket: socket.socket | None = None
        self._server = _Server(config)
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen. Raises OSError, for instance when the port is in use."""
        # Bound here, because uvicorn would end the process instead of raising.
        family = socket.AF_INET6 if ":" in self._listen.host else socket.AF_INET
        address = (self._listen.host, self._listen.port)
        self._socket = socket.create_server(address, family=family, backlog=2048)
        self._serving = asyncio.create_task(self._server.serve([self._socket]), name="HTTP")
        async with asyncio.timeout(_STARTED_WITHIN.total_seconds()):
            while not self._server.started:
                if self._serving.done():
                    raise RuntimeError("the HTTP server did not start")
                await asyncio.sleep(0.02)

    @property
    def port(self) -> int:
        """The port listened on; chosen by the system when the settings say 0."""
        return int(self._socket.getsockname()[1]) if self._socket else self._listen.port

    async def drain(self, patience: timedelta) -> None:
        """Accept nothing new and finish the requests under way."""
        self._server.should_exit = True
        if self._serving:
            await asyncio.wait([self._serving], timeout=patience.total_seconds())

    async def stop(self) -> None:
        """Cut what is still open."""
        self._server.force_exit = True
        self._server.should_exit = True
        if self._serving:
            await asyncio.wait([self._serving], timeout=5)

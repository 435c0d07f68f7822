"""Connections handed on, so that pods reach this machine's servers and a browser reaches a service."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

Target = Callable[[], tuple[str, int]]
CHUNK = 1 << 16


class Forwarder:
    """Listens at one address and hands every connection on to another, asked for each time."""

    def __init__(self, host: str, port: int, target: Target) -> None:
        self._host = host
        self._port = port
        self._target = target
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Forwarder:
        self._server = await asyncio.start_server(self._take, self._host, self._port, backlog=512)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server
        self._server.close()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection(*self._target())
        except OSError:
            writer.close()
            return
        await asyncio.gather(_carry(reader, back), _carry(there, writer))


async def _carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError, asyncio.IncompleteReadError):
        while chunk := await source.read(CHUNK):
            sink.write(chunk)
            await sink.drain()
    with suppress(OSError):
        sink.close()

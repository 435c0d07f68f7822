"""A browser's connection reduced to what a load needs: HTTP/1.1 over a raw stream, kept alive."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final, Self

LARGEST_HEAD: Final = 1 << 20
"""Bytes that the stream buffers; a page of questions arrives in one piece."""


class UnexpectedAnswerError(Exception):
    """A request was refused; the text has the path and the status, never the content."""

    def __init__(self, path: str, status: int) -> None:
        super().__init__(f"{path} answered {status}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and content of one answer."""

    status: int
    content: bytes


class Connection:
    """One keep-alive connection with the cookies that came over it."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: str
    ) -> None:
        self._reader = reader
        self._writer = writer
        host = address.removeprefix("http://")
        self._always = f"Host: {host}\r\nOrigin: {address}\r\nAccept-Language: nb\r\n"
        self.cookies: dict[str, str] = {}

    @classmethod
    async def open(cls, address: str) -> Self:
        """Connect to an address such as http://localhost:8080, without TLS."""
        port = int(address.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=LARGEST_HEAD)
        return cls(reader, writer, address)

    async def get(self, path: str) -> Answer:
        return await self._exchange(f"GET {path} HTTP/1.1\r\n", b"")

    async def post(self, path: str, content: bytes, kind: str) -> Answer:
        """Send content of a media type. Raises UnexpectedAnswerError for a status of 400 and up."""
        head = f"POST {path} HTTP/1.1\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n"
        return await self._exchange(head, content)

    def close(self) -> None:
        self._writer.close()

    async def _exchange(self, head: str, content: bytes) -> Answer:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        shown = f"Cookie: {cookies}\r\n" if cookies else ""
        self._writer.write(f"{head}{self._always}{shown}\r\n".encode() + content)
        answer = await self._answer()
        if answer.status >= 400:
            raise UnexpectedAnswerError(head.split(" ", 2)[1], answer.status)
        return answer

    async def _answer(self) -> Answer:
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *fields = head.split("\r\n")
        length = 0
        for field in fields:
            name, _, value = field.partition(":")
            match name.lower():
                case "content-length":
                    length = int(value)
                case "set-cookie":
                    self._keep(value)
        content = await self._reader.readexactly(length) if length else b""
        return Answer(int(first.split(" ", 2)[1]), content)

    def _keep(self, cookie: str) -> None:
        name, _, value = cookie.strip().partition(";")[0].partition("=")
        self.cookies[name] = value

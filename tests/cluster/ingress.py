"""What an ingress does: ends TLS under a public name and hands requests on with the forwarding headers."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import httpx
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from deploy.local.ports import LOOPBACK
from samspill_kit.testing.certificates import Authority

_HOP: Final = {b"connection", b"keep-alive", b"transfer-encoding", b"host"}
"""Headers that belong to one connection (RFC 9110, section 7.6.1), and the name that is set anew."""

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Ingress:
    """A TLS server on this machine in front of one address inside the cluster."""

    def __init__(self, folder: Path, port: int, gateway: tuple[str, int]) -> None:
        Authority().write(folder, ["ingress"])
        self._folder = folder / "ingress"
        self._port = port
        self._gateway = f"http://{gateway[0]}:{gateway[1]}"
        # A transport alone: a client would keep one person's cookies for the next.
        self._http = httpx.AsyncHTTPTransport()

    @property
    def address(self) -> str:
        """What people type."""
        return f"https://localhost:{self._port}"

    @property
    def authorities(self) -> Path:
        """Whom a browser must believe."""
        return self._folder / "ca.crt"

    @property
    def key_digest(self) -> str:
        """SHA-256 of the certificate's public key, by which Chromium is told to believe just this one."""
        certificate = x509.load_pem_x509_certificate((self._folder / "tls.crt").read_bytes())
        public = certificate.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )
        return b64encode(sha256(public).digest()).decode()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Ingress]:
        """Serve until left."""
        server = uvicorn.Server(
            uvicorn.Config(
                self._hand_on,
                host=LOOPBACK,
                port=self._port,
                ssl_keyfile=self._folder / "tls.key",
                ssl_certfile=self._folder / "tls.crt",
                interface="asgi3",
                proxy_headers=False,
                lifespan="off",
                log_config=None,
                server_header=False,
                date_header=False,
            )
        )
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # This process has its own.
        serving = asyncio.create_task(server._serve())
        try:
            async with asyncio.timeout(10):
                while not server.started:  # noqa: ASYNC110 - the server sets no event.
                    await asyncio.sleep(0.05)
            yield self
        finally:
            server.should_exit = True
            await serving
            await self._http.aclose()

    async def _hand_on(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        headers = [(name, value) for name, value in scope["headers"] if name not in _HOP]
        headers += [
            (b"host", f"localhost:{self._port}".encode()),
            (b"x-forwarded-for", scope["client"][0].encode()),
            (b"x-forwarded-proto", b"https"),
        ]
        query = b"?" + scope["query_string"] if scope["query_string"] else b""
        answer = await self._http.handle_async_request(
            httpx.Request(
                scope["method"],
                self._gateway + (scope["raw_path"] + query).decode(),
                headers=headers,
                content=await _body(receive),
                extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), 30.0)},
            )
        )
        content = b"".join([chunk async for chunk in answer.aiter_raw()])
        await answer.aclose()
        kept = [(k.lower(), v) for k, v in answer.headers.raw if k.lower() not in _HOP]
        start = {"type": "http.response.start", "status": answer.status_code, "headers": kept}
        await send(start)
        await send({"type": "http.response.body", "body": content})


async def _body(receive: Receive) -> bytes:
    whole = bytearray()
    while True:
        message = await receive()
        whole += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(whole)

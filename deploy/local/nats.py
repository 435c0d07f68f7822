"""The embedded NATS server: JetStream that writes through, and one user per service."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from deploy.local.children import Program
from deploy.local.credentials import Credentials, write_private
from deploy.local.ports import LOOPBACK

BINARY: Final = Path(sys.executable).with_name("nats-server")

# Streams forget by age alone: nobody may take back or empty what was told.
FORBIDDEN: Final = (
    "$JS.API.STREAM.DELETE.>",
    "$JS.API.STREAM.PURGE.>",
    "$JS.API.STREAM.MSG.DELETE.>",
    # A stream that is told to keep one message forgets the others.
    "$JS.API.STREAM.UPDATE.>",
)


@dataclass(frozen=True, slots=True)
class Nats:
    """The server of one installation."""

    folder: Path
    port: int
    credentials: Credentials
    services: Sequence[str]

    def prepare(self) -> None:
        """Write the configuration with the users of this installation."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(self._configuration, json.dumps(self._settings(), indent=2).encode())

    def program(self) -> Program:
        """The server."""
        return Program(
            name="nats",
            words=(BINARY, "-c", self._configuration),
            environment={"TZ": "UTC"},
            folder=self.folder,
        )

    async def is_ready(self) -> bool:
        """Whether it greets a client."""
        try:
            reader, writer = await asyncio.open_connection(LOOPBACK, self.port)
        except OSError:
            return False
        greeting = await reader.readline()
        writer.close()
        return greeting.startswith(b"INFO")

    def url_file(self, service: str) -> Path:
        """File with the address under which one service connects."""
        password = self.credentials.secret(f"nats-{service}")
        url = f"nats://{service}:{password}@{LOOPBACK}:{self.port}"
        return self.credentials.kept(f"nats-{service}-url", url)

    def wipe(self) -> None:
        """Forget every stream, as a lost volume would; the server must be stopped."""
        shutil.rmtree(self._store, ignore_errors=True)

    @property
    def _store(self) -> Path:
        return self.folder / "store"

    @property
    def _configuration(self) -> Path:
        return self.folder / "nats.conf"

    def _settings(self) -> dict[str, Any]:
        return {
            "listen": f"{LOOPBACK}:{self.port}",
            "server_name": "samspill",
            "jetstream": {
                "store_dir": str(self._store),
                "sync_interval": "always",
                "max_mem": 64 * 2**20,
                "max_file": 2 * 2**30,
            },
            "authorization": {"users": [self._user(service) for service in self.services]},
        }

    def _user(self, service: str) -> dict[str, Any]:
        return {
            "user": service,
            "password": self.credentials.secret(f"nats-{service}"),
            "permissions": {
                "publish": {
                    "allow": [f"samspill.{service}.>", "$JS.API.>", "$JS.ACK.>"],
                    "deny": list(FORBIDDEN),
                },
                "subscribe": {"allow": ["_INBOX.>"]},
            },
        }

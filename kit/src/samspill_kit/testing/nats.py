"""A NATS server of one's own: JetStream that writes through, one user per service."""

import json
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from samspill_kit.events.streams import STREAMS
from samspill_kit.testing.children import LOOPBACK, free_port, start_child, stop_child

BINARY: Final = Path(sys.executable).with_name("nats-server")
_READY_WITHIN: Final = 15.0

_FORBIDDEN: Final = (
    "$JS.API.STREAM.DELETE.>",
    "$JS.API.STREAM.PURGE.>",
    "$JS.API.STREAM.MSG.DELETE.>",
    # A stream that is told to keep one message forgets the others.
    "$JS.API.STREAM.UPDATE.>",
)
"""Streams forget by age alone: no service may take back what was told."""


class NatsServer:
    """One server in one folder; the streams stay there over a stop and a start."""

    def __init__(
        self, folder: Path, *, port: int | None = None, services: Sequence[str] = tuple(STREAMS)
    ) -> None:
        self.folder = folder
        self.port = port or free_port()
        self._passwords = {user: secrets.token_urlsafe(18) for user in (*services, "administrator")}
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it greets."""
        self.folder.mkdir(parents=True, exist_ok=True)
        configuration = self.folder / "nats.conf"
        configuration.write_text(json.dumps(self._settings()), encoding="utf-8")
        configuration.chmod(0o600)
        self._child = start_child([BINARY, "-c", configuration], output=self.folder / "log")
        until = time.monotonic() + _READY_WITHIN
        while not self._greets():
            if time.monotonic() > until or self._child.poll() is not None:
                self.stop()
                raise RuntimeError("NATS did not start; see the file log in its folder")
            time.sleep(0.05)

    def stop(self) -> None:
        """End the server; what was acknowledged stays on disk."""
        if self._child:
            stop_child(self._child, signal_number=signal.SIGTERM)

    def wipe(self) -> None:
        """Lose the volume; the server must be stopped."""
        shutil.rmtree(self.folder / "store", ignore_errors=True)

    def url(self, service: str) -> str:
        """Return the address under which a service connects; `administrator` may everything."""
        return f"nats://{service}:{self._passwords[service]}@{LOOPBACK}:{self.port}"

    def _greets(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1) as connection:
                return connection.recv(4) == b"INFO"
        except OSError:
            return False

    def _settings(self) -> dict[str, Any]:
        return {
            "listen": f"{LOOPBACK}:{self.port}",
            "server_name": "samspill",
            "jetstream": {"store_dir": str(self.folder / "store"), "sync_interval": "always"},
            "authorization": {"users": [self._user(name) for name in self._passwords]},
        }

    def _user(self, name: str) -> dict[str, Any]:
        user: dict[str, Any] = {"user": name, "password": self._passwords[name]}
        if name != "administrator":
            user["permissions"] = {
                "publish": {
                    "allow": [f"samspill.{name}.>", "$JS.API.>", "$JS.ACK.>"],
                    "deny": list(_FORBIDDEN),
                },
                "subscribe": {"allow": ["_INBOX.>"]},
            }
        return user

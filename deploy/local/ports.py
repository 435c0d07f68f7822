"""Which ports the installation listens on, and the clear sentence when one is taken."""

from __future__ import annotations

import random
import socket
from dataclasses import dataclass
from typing import Final

LOOPBACK: Final = "127.0.0.1"

# Below Linux's range for outgoing connections (32768 and up), so that no client takes one between
# a part's crash and its new start.
FREE_RANGE: Final = range(20_000, 32_000)


class PortTakenError(Exception):
    """Something else listens where a part must; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The two addresses that people see; every other port is found free at each start."""

    gateway: int = 8080
    keycloak: int = 8085

    @classmethod
    def free(cls) -> Ports:
        """Ports for a second installation beside a running one."""
        return cls(gateway=free_port(), keycloak=free_port())

    def ensure_free(self) -> None:
        """Refuse, in one sentence, to start where something else listens."""
        for name, port, option in (
            ("Samspill", self.gateway, "PORT"),
            ("Keycloak", self.keycloak, "KEYCLOAK_PORT"),
        ):
            if not is_free(port):
                raise PortTakenError(
                    f"Port {port} is needed for {name}, but another program uses it. "
                    f"Stop that program, or choose another port: make run {option}={port + 10}"
                )


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port on which nothing listens now, chosen at random so that two callers rarely meet."""
    for port in random.sample(FREE_RANGE, k=200):
        if is_free(port):
            return port
    raise PortTakenError("No free port was found between 20000 and 32000.")

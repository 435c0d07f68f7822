"""The six services as programs: what each is told, and how one sees that it is ready."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import httpx

from deploy.local.children import Program
from deploy.local.install import ROOT, digest
from deploy.local.ports import LOOPBACK, free_port

BACKENDS: Final = ("retention", "identity", "responses", "surveys", "reports")
"""In the order in which they can become ready: keys first, then passports, then the rest."""

GATEWAY: Final = "gateway"
SERVICES: Final = (*BACKENDS, GATEWAY)

PROBE_TIMEOUT: Final = 2.0


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where every service listens during this run of the supervisor."""

    gateway_port: int
    rpc: Mapping[str, int] = field(
        default_factory=lambda: {service: free_port() for service in BACKENDS}
    )
    metrics: Mapping[str, int] = field(
        default_factory=lambda: {service: free_port() for service in SERVICES}
    )

    def environment(self, service: str) -> dict[str, str]:
        """Listening addresses of `service` and the addresses of those it may call."""
        prefix = f"SAMSPILL_{service.upper()}_"
        told = {f"{prefix}METRICS_LISTEN": f"{LOOPBACK}:{self.metrics[service]}"}
        if service == GATEWAY:
            told[f"{prefix}HTTP_LISTEN"] = f"{LOOPBACK}:{self.gateway_port}"
        else:
            told[f"{prefix}RPC_LISTEN"] = f"{LOOPBACK}:{self.rpc[service]}"
        for other, port in self.rpc.items():
            told[f"{prefix}{other.upper()}_ADDRESS"] = f"{LOOPBACK}:{port}"
        return told

    def readiness(self, service: str) -> str:
        """Where a service says whether it is ready, as it would in a cluster."""
        return f"http://{LOOPBACK}:{self.metrics[service]}/readyz"


def is_installed(service: str) -> bool:
    """Whether the service can be started from this checkout."""
    package = ROOT / "services" / service / "src" / f"samspill_{service}"
    return (package / "__main__.py").exists()


def migrations_of(service: str) -> str:
    """Changes with the service's migrations; a start with the same ones need not run them."""
    package = ROOT / "services" / service / "src" / f"samspill_{service}"
    return digest(sorted((package / "storage" / "migrations").rglob("*.py")))


def program(service: str, command: str, told: Mapping[str, str]) -> Program:
    """`python -m samspill_<service> <command>` with a bare environment and what it is told."""
    name = service if command == "serve" else f"{service}-{command}"
    return Program(
        name=name,
        words=(sys.executable, "-m", f"samspill_{service}", command),
        environment={**_bare_environment(), **told},
        folder=ROOT,
        stop_within=30.0,
    )


def _bare_environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TZ") if name in os.environ}
    # glibc's arenas cost each process tens of megabytes with two cores and many short threads.
    # Matrices of a school class are small: BLAS threads would only wait for each other.
    threads = {"MALLOC_ARENA_MAX": "2", "OPENBLAS_NUM_THREADS": "1"}
    return {**kept, "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1", **threads}


async def answers(address: str) -> bool:
    """Whether an HTTP readiness address says 200."""
    async with httpx.AsyncClient(timeout=PROBE_TIMEOUT) as http:
        try:
            return (await http.get(address)).is_success
        except httpx.TransportError:
            return False


async def until(ready: Callable[[], Awaitable[bool]], *, every: float = 0.15) -> None:
    """Ask again and again until the answer is yes; the caller sets the time limit."""
    while not await ready():  # noqa: ASYNC110 - another process gets ready, which sets no event here.
        await asyncio.sleep(every)

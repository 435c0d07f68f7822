"""What happens to a cluster while pupils answer: restarts, sudden deaths, an upgrade, a lost database."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

from deploy.local.installation import LocalInstallation
from deploy.local.services import SERVICES

from .kubernetes import Cluster
from .release import NAME

ON_THE_WAY: Final = ("gateway", "identity", "surveys", "responses", "retention")
"""Whose death a save could feel."""


async def restart_each(cluster: Cluster) -> None:
    """Roll every deployment in turn, as an operator does after a change of a secret."""
    for service in SERVICES:
        await cluster.kubectl("rollout", "restart", f"deployment/{NAME}-{service}")
        await cluster.rolled_out(f"{NAME}-{service}")


async def kill_some(cluster: Cluster, *, times: int, chance: random.Random) -> None:
    """Kill one pod after another with no grace; the other replica stays, as on two nodes."""
    for number in range(times):
        service = ON_THE_WAY[number % len(ON_THE_WAY)]
        await cluster.rolled_out(f"{NAME}-{service}")
        await kill_one(cluster, service, chance)
        await asyncio.sleep(1)
    for service in ON_THE_WAY:
        await cluster.rolled_out(f"{NAME}-{service}")


async def kill_one(cluster: Cluster, service: str, chance: random.Random) -> None:
    """Kill a pod of a service with no grace."""
    victim = chance.choice(await cluster.pods(service))
    await cluster.kubectl("delete", "pod", victim, "--grace-period=0", "--force")


@asynccontextmanager
async def database_away(installation: LocalInstallation, service: str) -> AsyncIterator[None]:
    """Refuse the service's roles and end their connections; let them back in afterwards."""
    postgres = installation.parts.postgres
    connection = await asyncpg.connect(  # type: ignore[no-untyped-call]  # Its package has no types.
        host="127.0.0.1",
        port=postgres.port,
        user="postgres",
        password=postgres.credentials.secret("postgres"),
        database="postgres",
    )
    roles = (f"{service}_app", f"{service}_jobs")
    try:
        for role in roles:
            await connection.execute(f'alter role "{role}" nologin')
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = any($1)",
            list(roles),
        )
        yield
    finally:
        for role in roles:
            await connection.execute(f'alter role "{role}" login')
        await connection.close()

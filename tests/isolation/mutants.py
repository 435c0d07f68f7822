"""Removes one check after the other from the running system and asks whether the attempts notice."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from deploy.local.installation import LocalInstallation
from tests.isolation import rpc
from tests.isolation.mutant import MUTANTS
from tests.isolation.world import World


@asynccontextmanager
async def mutated(installation: LocalInstallation, name: str) -> AsyncIterator[None]:
    """The system with one service replaced by its mutant; the right one comes back afterwards."""
    service = MUTANTS[name].service
    keeper = installation._keepers[service]
    right = keeper.program
    words = [sys.executable, "-m", "tests.isolation.mutant", name, *right.words[2:]]
    await installation.stop_part(service)
    keeper.program = dataclasses.replace(right, words=words)
    try:
        await installation.start_part(service)
        yield
    finally:
        await installation.stop_part(service)
        keeper.program = right
        await installation.start_part(service)


async def caught(
    installation: LocalInstallation, world: World, names: Sequence[str] | None = None
) -> dict[str, str]:
    """By which attempt each mutant was caught; an empty word for one that lives."""
    found = {}
    for name in names or MUTANTS:
        async with mutated(installation, name):
            figures = await rpc.run(world, among=MUTANTS[name].among)
        told = [leak for leak in figures.leaks if _lets_through(leak)]
        found[name] = told[0] if told else ""
        print(f"  {name}: {found[name] or 'ALIVE'}", flush=True)
    return found


def _lets_through(leak: str) -> bool:
    """A mutant that only refuses what is right, or does not answer, has let nobody through."""
    return "unavailable" not in leak.lower() and not leak.endswith("instead of ok")

"""`make proof-isolation`: attempts, mutants, interleaved transactions and guesses, and one line at the end."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.isolation import codes, databases, mutants, pages, rpc
from tests.isolation.digests import changed, digests
from tests.isolation.mutant import MUTANTS
from tests.isolation.world import ABROAD, NEIGHBOUR, World, running

DRAWN_WITHOUT_ROW_SECURITY = 10_000
"""Calls of services that are tried once more with the application alone; the pages are all tried."""

DETAILS = 40
"""Leaks that are printed; the rest are counted."""


async def proof(only: Sequence[str]) -> int:
    """Run every part at full size against one running system; returns the exit code."""
    began_at = time.monotonic()
    parts: dict[str, int] = {"transactions": 0, "guesses": 0, "hits": 0}
    with tempfile.TemporaryDirectory(prefix="samspill-isolation-") as folder:
        async with running(Path(folder)) as (installation, world):
            attempts, leaks = await _attempts(world)
            async with databases.row_security_off(world):
                print("The same once more, with row-level security off:", flush=True)
                alone, leaked = await _attempts(world, DRAWN_WITHOUT_ROW_SECURITY)
            attempts, leaks = attempts + alone, leaks + leaked
            caught = await mutants.caught(installation, world, only or tuple(MUTANTS))
            for part in (databases, codes):
                figures = await part.run(installation, world)
                parts |= {key: parts.get(key, 0) + figures[key] for key in figures}
            leaks += parts.get("leaks", 0)
    print(f"The proof took {time.monotonic() - began_at:.0f} s.")
    alive = [name for name, by in caught.items() if not by]
    print(
        f"attempts {attempts}, leaks {leaks}, "
        f"mutants caught {len(caught) - len(alive)} of {len(caught)}, "
        f"transactions {parts['transactions']}, guesses {parts['guesses']}, hits {parts['hits']}"
    )
    return int(bool(leaks or alive or parts["hits"]))


async def _attempts(world: World, size: int | None = None) -> tuple[int, int]:
    found: list[str] = []
    count = 0
    before = await digests(world)
    for name, part in (("services", rpc.run(world, size)), ("pages", pages.run(world))):
        figures = await part
        print(f"{name}: attempts {figures.attempts}, leaks {len(figures.leaks)}", flush=True)
        count += figures.attempts
        found += figures.leaks
    found += changed(before, await digests(world), world, NEIGHBOUR + ABROAD)
    for leak in found[:DETAILS]:
        print(f"  LEAK {leak}")
    return count, len(found)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutant", action="append", default=[], help="only these mutants")
    sys.exit(asyncio.run(proof(parser.parse_args().mutant)))

"""`make bench`: an installation of its own, whole surveys, saves, memory, starts, sociometry.

Whole surveys through the pages of a running system with everything switched on, by a light load
that shares the machine. Nothing here fails because it took long; an answer of 400 or up stops it.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import uvloop

from deploy.local.demonstration.browsing import Browser
from deploy.local.installation import LocalInstallation
from deploy.local.ports import Ports
from tests.bench import sociometry
from tests.bench.figures import Figures, last_line, table
from tests.bench.load import Measured, run_surveys
from tests.bench.processes import Processes
from tests.bench.pupils import AUTOSAVES
from tests.bench.saves import compare
from tests.bench.school import BenchSchool

PUPILS: Final = {1: 30, 8: 240, 32: 320}
"""How many answer, by how many at once."""

ROUNDS: Final = 3
SAVERS: Final = 60
WARM_UP: Final = 30


def main() -> None:
    chosen = _arguments()
    with tempfile.TemporaryDirectory(prefix="samspill-bench-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as somebody else when this runs as root.
        figures = uvloop.run(_measure(Path(folder) / "installation", chosen.times))
    for line in table(figures):
        print(line)
    if not chosen.no_sociometry:
        print("\nSociometry")
        sociometry.main()
    print(f"\n{last_line(figures)}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--times", type=int, default=1, help="measure so many times the pupils")
    parser.add_argument("--no-sociometry", action="store_true")
    return parser.parse_args()


async def _measure(folder: Path, times: int) -> Figures:
    ports = Ports.free()
    installation = LocalInstallation(folder, ports, say=_quiet)
    _say("Starting an installation of its own, with everything fresh")
    began_at = time.perf_counter()
    async with installation:
        fresh = time.perf_counter() - began_at
        processes = Processes(installation.running())
        async with Browser(installation.public_address) as browser:
            school = await BenchSchool.prepare(installation, browser)
            await _run(installation, processes, school, times=1, sizes={4: WARM_UP}, autosaves=1)
            one = await _run(installation, processes, school, times=times)
            six = await _run(installation, processes, school, times=times, autosaves=AUTOSAVES)
            _say("Saves alone, beside the bare pipeline")
            rounds = [await school.codes(SAVERS * times) for _ in range(ROUNDS)]
            saves = await compare(installation, processes, rounds, at_once=32)
        memory = processes.memory()
    warm = await _warm_start(folder, ports)
    return Figures(one, six, saves, memory, fresh, warm)


async def _run(
    installation: LocalInstallation,
    processes: Processes,
    school: BenchSchool,
    *,
    times: int,
    sizes: dict[int, int] = PUPILS,
    autosaves: int = 0,
) -> Sequence[Measured]:
    runs: list[Measured] = []
    for at_once, pupils in sizes.items():
        _say(f"{pupils * times} surveys, {at_once} at once, {autosaves} autosaves each")
        codes = await school.codes(pupils * times)
        run = run_surveys(
            installation.public_address, codes, processes, at_once=at_once, autosaves=autosaves
        )
        runs.append(await run)
    return runs


async def _warm_start(folder: Path, ports: Ports) -> float:
    _say("Starting the same installation again")
    began_at = time.perf_counter()
    async with LocalInstallation(folder, ports, say=_quiet):
        return time.perf_counter() - began_at


def _say(text: str) -> None:
    print(text, flush=True)


def _quiet(_text: str) -> None:
    """The parts' own progress is not part of the report."""


if __name__ == "__main__":
    main()

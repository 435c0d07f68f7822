"""How long the sociometry takes, beside the budgets that the report page was designed with.

Run as `python -m tests.bench.sociometry`, or through `make bench`. Prints the best of several
runs; a busy machine shows in it. Nothing here fails: a timed test would.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from samspill_reports import sociometry
from samspill_reports.sociometry import Relation, Sociogram
from samspill_reports.sociometry.exact_partition import solve
from samspill_reports.sociometry.exclusion import hidden_exclusion
from samspill_reports.sociometry.null_classes import partition_p

CLOSED: tuple[Callable[[Relation], object], ...] = (
    sociometry.participation,
    sociometry.cohesion,
    sociometry.dyad_census,
    sociometry.pairs,
    sociometry.returned,
    sociometry.choices_received,
    sociometry.circles,
    sociometry.triad_census,
    sociometry.gender_mixing,
)


@dataclass(frozen=True)
class Measured:
    """One row: what was run, how long the best run took, and the budget if there is one."""

    what: str
    seconds: float
    budget: float | None = None

    def __str__(self) -> str:
        limit = "" if self.budget is None else f"budget {1000 * self.budget:.0f} ms"
        return f"{self.what:<58} {1000 * self.seconds:9.1f} ms  {limit}"


def a_class(pupils: int, questions: int, *, seed: int = 1) -> Sociogram:
    """Groups of about seven who mostly name each other, with girls, boys and two silent pupils."""
    random = np.random.default_rng(seed)
    ids = [f"{i:03}" for i in range(pupils)]
    group = np.arange(pupils) % max(pupils // 7, 1)
    choices = {}
    for question in range(questions):
        chance = np.where(group[:, None] == group[None, :], 0.5, 1.5 / pupils)
        ties = (random.random((pupils, pupils)) < chance) & ~np.eye(pupils, dtype=bool)
        named = zip(*np.nonzero(ties), strict=True)
        choices[f"q{question}"] = [(ids[i], ids[j]) for i, j in named]
    gender: dict[str, str | None] = {each: "FM"[i % 2] for i, each in enumerate(ids)}
    return Sociogram.of(ids, choices, respondents=ids[2:], gender=gender)


def closed(relation: Relation) -> None:
    """Every closed statistic of one question, from the coded value on."""
    fresh = Relation(
        relation.name, relation.roster, relation.respondents, relation.choices,
        gender=relation.gender,
    )  # fmt: skip
    for statistic in CLOSED:
        statistic(fresh)


def page(sociogram: Sociogram) -> None:
    """Everything a page shows at once: all but the exact partition and the calibration."""
    for relation in sociogram.relations:
        closed(relation)
        groups = sociometry.search([relation])
        members = sociometry.stability([relation], groups)
        sociometry.findings(relation, partition=groups, memberships=members, groups_p=0.01)
        sociometry.target(relation, sociometry.positions([relation]))


def best_of(runs: int, what: Callable[[], object]) -> float:
    """The shortest of several runs, in seconds, after one to warm up."""
    what()
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        what()
        times.append(time.perf_counter() - started)
    return min(times)


def measure() -> Iterator[Measured]:
    """Every figure of issue and page budget, one at a time."""
    small, large = a_class(28, 3), a_class(120, 3)
    one = small["q0"]
    yield Measured(
        "closed statistics, 28 pupils, one relation", best_of(20, lambda: closed(one)), 0.005
    )
    yield Measured(
        "a whole page, 28 pupils, three relations", best_of(10, lambda: page(small)), 0.150
    )
    yield Measured(
        "a whole page, 120 pupils, three relations", best_of(2, lambda: page(large)), 2.0
    )
    yield Measured("beside the page: exact partition, 28 pupils", best_of(2, lambda: solve([one])))
    yield Measured(
        "beside the page: hidden exclusion, 199 drawn classes",
        best_of(2, lambda: hidden_exclusion(one)),
    )
    yield Measured(
        "beside the page: p of the groups, 199 drawn classes",
        best_of(2, lambda: partition_p([one])),
    )
    yield Measured(
        "importing the package, in a new process", best_of(3, _import) - best_of(3, _start), 0.5
    )


def _import() -> None:
    subprocess.run([sys.executable, "-c", "import samspill_reports.sociometry"], check=True)


def _start() -> None:
    subprocess.run([sys.executable, "-c", "pass"], check=True)


def main() -> None:
    """Print one line per figure."""
    for measured in measure():
        print(measured, flush=True)


if __name__ == "__main__":
    main()

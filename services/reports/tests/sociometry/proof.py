"""Compare every network of the reference data with our figures, and prove every optimum.

Run as a script (`make proof-sociometry`); takes about a quarter of an hour on a free core. Prints
the largest deviation by set and statistic, what differs, and one closing line. Exit status 1 when
anything differs, 2 when the data are not there.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

# Run as a script, so the root of the repository is not on the path yet.
sys.path.insert(0, str(Path(__file__).resolve().parents[4]))

from services.reports.tests.sociometry import comparison, reference
from services.reports.tests.sociometry.comparison import Deviation


@dataclass
class Tally:
    """What has been compared so far."""

    networks: int = 0
    values: int = 0
    proven: int = 0
    unproven: list[str] = field(default_factory=list)
    differing: list[Deviation] = field(default_factory=list)
    worst: dict[tuple[str, str, str], float] = field(default_factory=lambda: defaultdict(float))

    def add(self, deviations: Iterable[Deviation]) -> None:
        """Count deviations and keep the largest of each kind."""
        for each in deviations:
            self.values += 1
            place = (each.statistic, each.unit, each.of_set)
            self.worst[place] = max(self.worst[place], each.size)
            if each.differs:
                self.differing.append(each)

    @property
    def worst_absolute(self) -> float:
        """The largest deviation of anything that is not simulated."""
        return max(
            (size for (_, unit, _), size in self.worst.items() if unit == "absolute"), default=0.0
        )


def main() -> int:
    """Run the whole comparison; see the module's docstring."""
    if reference.folder() is None:
        print("proof-sociometry: no reference data (SAMSPILL_DATA)", file=sys.stderr)
        return 2
    tally, started = Tally(), time.monotonic()
    for of_set in reference.SETS:
        tally.add(comparison.waves(of_set))
        tally.add(comparison.status(of_set))
    for network in reference.networks():
        tally.networks += 1
        tally.add(comparison.closed(network))
        tally.add(comparison.permutation(network))
        _prove(network, tally)
        if tally.networks % 25 == 0:
            print(f"… {tally.networks} networks, {time.monotonic() - started:.0f} s", flush=True)
    _print_table(tally)
    for each in tally.differing:
        print("DIFFERS", each)
    print(
        f"networks {tally.networks}, statistics {tally.values}, "
        f"worst deviation {tally.worst_absolute:.1e}, optima proven {tally.proven}, "
        f"differing {len(tally.differing) + len(tally.unproven)}"
    )
    return 1 if tally.differing or tally.unproven else 0


def _prove(network: reference.Network, tally: Tally) -> None:
    for deviation, solved in comparison.optima(network):
        tally.add([deviation])
        if solved.certificate.proven:
            tally.proven += 1
        else:
            name = f"{network.of_set} {network.key} {deviation.statistic}"
            tally.unproven.append(name)
            print("NOT PROVEN", name, solved.certificate)


def _print_table(tally: Tally) -> None:
    print("\n| statistic (unit) | " + " | ".join(reference.SETS) + " |")
    print("|---|" + "---|" * len(reference.SETS))
    for statistic, unit in sorted({place[:2] for place in tally.worst}):
        sizes = (tally.worst.get((statistic, unit, of_set)) for of_set in reference.SETS)
        cells = ("" if size is None else f"{size:.1e}" for size in sizes)
        print(f"| {statistic} ({unit}) | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    raise SystemExit(main())

"""The figures of one run as a person reads them: tables, and one line at the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.bench.load import Measured, percentile
from tests.bench.processes import Memory
from tests.bench.pupils import STEPS
from tests.bench.saves import Comparison, Written

BESIDES = "keycloak"
"""A municipality has its own; it does not count."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that was measured on the running system."""

    one_submit: Sequence[Measured]
    with_autosaves: Sequence[Measured]
    saves: Comparison
    memory: Mapping[str, Memory]
    fresh_start: float
    warm_start: float

    def memory_in_all(self) -> float:
        """Megabytes, shared pages counted once, without Keycloak."""
        return sum(used.proportional for name, used in self.memory.items() if name != BESIDES)

    def worst_p99_at(self, at_once: int) -> float:
        runs = (*self.one_submit, *self.with_autosaves)
        return max(run.worst_p99() for run in runs if run.at_once == at_once)


def table(figures: Figures) -> Iterator[str]:
    """Every line of the report."""
    yield from _surveys("Whole surveys with one submit", figures.one_submit)
    yield from _surveys("Whole surveys with six autosaves and a submit", figures.with_autosaves)
    yield from _saves(figures.saves)
    yield from _memory(figures)
    yield f"Start: fresh {figures.fresh_start:.1f} s, warm {figures.warm_start:.1f} s"


def last_line(figures: Figures) -> str:
    submit, autosaves = figures.one_submit[-1], figures.with_autosaves[-1]
    return (
        f"At {submit.at_once} at once: {submit.per_second:.1f} surveys/s with one submit, "
        f"{autosaves.per_second:.1f} with six autosaves; "
        f"saves {figures.saves.ratio:.0%} of bare; "
        f"p99 at 8 {figures.worst_p99_at(8):.0f} ms; "
        f"memory {figures.memory_in_all():.0f} MB; warm start {figures.warm_start:.1f} s"
    )


def _surveys(heading: str, runs: Sequence[Measured]) -> Iterator[str]:
    yield heading
    steps = "".join(f"{step + ' p50/p95/p99':>24}" for step in STEPS if runs[0].steps[step])
    yield f"  {'at once':>7} {'surveys':>8} {'per s':>7} {'CPU ms':>7} {'others':>7}{steps}   (ms)"
    for run in runs:
        cells = "".join(f"{_percentiles(run.steps[step]):>24}" for step in STEPS if run.steps[step])
        rate = f"{run.per_second:7.1f} {run.server_ms():7.1f} {run.others():7.0%}"
        yield f"  {run.at_once:7} {run.surveys:8} {rate}{cells}"
    yield "  others: share of the machine that programs took which do not belong to the measurement"
    yield f"  CPU ms a survey at {runs[-1].at_once}: {_shares(runs[-1])}"
    yield ""


def _percentiles(seconds: list[float]) -> str:
    return " / ".join(f"{percentile(seconds, percent):.1f}" for percent in (50, 95, 99))


def _shares(run: Measured) -> str:
    used = sorted(run.cpu.items(), key=lambda share: -share[1])
    each = [(name, 1000 * seconds / run.surveys) for name, seconds in used]
    return ", ".join(f"{name} {ms:.1f}" for name, ms in each if ms >= 0.05)


def _saves(compared: Comparison) -> Iterator[str]:
    yield "Saves alone (the same answers, the same PostgreSQL, alternating)"
    for name, written in (("Samspill", compared.samspill), ("bare", compared.bare)):
        yield f"  {name:<9} {_rates(written)}"
    yield f"  ratio     {compared.ratio:.0%} of the bare pipeline's rows a second"
    yield ""


def _rates(written: Written) -> str:
    rows, saves = written.rows / written.seconds, written.saves / written.seconds
    cpu = 1000 * written.cpu / written.saves
    return f"{rows:8.0f} answers/s {saves:7.0f} saves/s {cpu:6.2f} ms of CPU a save"


def _memory(figures: Figures) -> Iterator[str]:
    yield f"Memory after the load (MB){'resident':>14}{'proportional':>14}"
    for name, used in sorted(figures.memory.items()):
        yield f"  {name:<24}{used.resident:14.0f}{used.proportional:14.0f}"
    yield f"  {'all but ' + BESIDES:<24}{'':14}{figures.memory_in_all():14.0f}"
    yield ""

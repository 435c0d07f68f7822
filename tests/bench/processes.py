"""What the processes of an installation use: CPU time and memory, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes of one part with its children; a shared page counts once in `proportional`."""

    resident: float
    proportional: float


@dataclass(frozen=True, slots=True)
class Processes:
    """Process ids by name; this process counts as the load."""

    ids: Mapping[str, int]

    def cpu_seconds(self) -> dict[str, float]:
        """User and system time since each process began, its children included."""
        used = {name: _cpu(psutil.Process(pid)) for name, pid in self.ids.items()}
        own = psutil.Process().cpu_times()
        return used | {"load": own.user + own.system}

    def machine_seconds(self) -> float:
        """CPU time that anybody on this machine has used since it started."""
        used = psutil.cpu_times()
        return float(sum(used) - used.idle - getattr(used, "iowait", 0.0))

    def memory(self) -> dict[str, Memory]:
        return {name: _memory(psutil.Process(pid)) for name, pid in self.ids.items()}


def _family(process: psutil.Process) -> Iterator[psutil.Process]:
    yield process
    yield from process.children(recursive=True)


def _cpu(process: psutil.Process) -> float:
    # Children that have ended count with their parent.
    ended = process.cpu_times()
    seconds = ended.children_user + ended.children_system
    for each in _family(process):
        times = each.cpu_times()
        seconds += times.user + times.system
    return float(seconds)


def _memory(process: psutil.Process) -> Memory:
    resident = proportional = 0.0
    for each in _family(process):
        fields = _rollup(each.pid)
        resident += fields["Rss"]
        proportional += fields["Pss"]
    return Memory(resident / 1024, proportional / 1024)


def _rollup(pid: int) -> dict[str, int]:
    """Kilobytes by field, from the kernel's summary."""
    fields: dict[str, int] = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, value, *_ = line.split()
        fields[name.removesuffix(":")] = int(value)
    return fields

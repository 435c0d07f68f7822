"""The metrics that the READMEs and docs/metrics.md promise, read from their tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final

from deploy.local.install import ROOT
from deploy.local.services import SERVICES
from samspill_gateway.bootstrap import routes
from samspill_gateway.metrics import ELSEWHERE, STATIC

SHARED: Final = ROOT / "docs" / "metrics.md"
_ROW: Final = re.compile(r"^\| `(samspill_\w+)` \| (\w+) \|(.*?)\|(.+)\|$", re.MULTILINE)
_LABEL: Final = re.compile(r"`(\w+)` \(([^)]*)\)")
_GROUP: Final = re.compile(r"docs/metrics\.md#([a-z-]+)")
_MOST: Final = re.compile(r"held below ([0-9,]+)")


@dataclass(frozen=True, slots=True)
class Metric:
    """One row of a table."""

    name: str
    kind: str
    labels: Mapping[str, frozenset[str]]
    """Each label with every value that it may have."""


def metrics_of(service: str) -> dict[str, Metric]:
    """What the service's README promises: its own, and those of the groups that it names."""
    readme = (ROOT / "services" / service / "README.md").read_text()
    section = _section(readme, "Metrics")
    found = list(_rows(section))
    shared = SHARED.read_text()
    for group in _GROUP.findall(section):
        found += _rows(_section(shared, group.replace("-", " ").capitalize()))
    named = {metric.name: metric for metric in found}
    if len(named) != len(found):
        raise ValueError(f"{service} names a metric twice")
    return named


def everything() -> dict[str, dict[str, Metric]]:
    """What each service promises."""
    return {service: metrics_of(service) for service in SERVICES}


def most_series() -> int:
    """How many series one installation may have, as docs/metrics.md says."""
    (found,) = _MOST.findall(SHARED.read_text())
    return int(found.replace(",", ""))


def _section(page: str, heading: str) -> str:
    match = re.search(rf"^## {heading}$(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    if match is None:
        raise ValueError(f"no section {heading}")
    return match.group(1)


def _rows(section: str) -> Iterator[Metric]:
    for name, kind, labels, _meaning in _ROW.findall(section):
        yield Metric(name, kind, {label: _values(told) for label, told in _LABEL.findall(labels)})


def _values(told: str) -> frozenset[str]:
    listed = re.findall(r"`([^`]+)`", told)
    return frozenset(listed) if listed else OPEN_SETS[told]()


@cache
def _methods() -> frozenset[str]:
    contracts = [
        ".".join(path.relative_to(ROOT / "proto").with_suffix("").parts)
        for path in (ROOT / "proto" / "samspill").rglob("*.proto")
    ]
    return frozenset(
        f"{service.full_name}/{method.name}"
        for contract in contracts
        for service in import_module(f"{contract}_pb2").DESCRIPTOR.services_by_name.values()
        for method in service.methods
    )


@cache
def _routes() -> frozenset[str]:
    return frozenset((*routes(), STATIC, ELSEWHERE))


OPEN_SETS: Final = {"a method of the contracts": _methods, "a route of the gateway": _routes}
"""Sets too long for a table, said in words there."""


def named_in_code() -> set[str]:
    """Every metric's name as it stands in the source of kit and services."""
    sources = [ROOT / "kit" / "src", *(ROOT / "services").glob("*/src")]
    found: set[str] = set()
    for path in (path for source in sources for path in Path(source).rglob("metrics.py")):
        if "testing" not in path.parts:
            found |= set(re.findall(r'"(samspill_\w+)"', path.read_text()))
    return found

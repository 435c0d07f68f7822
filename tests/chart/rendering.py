"""The chart as Helm renders it, without a cluster."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import helm_python as helm
import yaml
from helm_python import _native

CHART = Path(__file__).parents[2] / "deploy" / "helm" / "samspill"
SCENARIOS = {path.stem: path for path in sorted((CHART / "ci").glob("*.yaml"))}
SERVICES = ("gateway", "identity", "surveys", "responses", "reports", "retention")
Object = dict[str, Any]


def values_of(scenario: str) -> dict[str, Any]:
    """What an operator of this scenario writes."""
    values: dict[str, Any] = yaml.safe_load(SCENARIOS[scenario].read_text())
    return values


def rendered(values: Mapping[str, Any], *, knows: Collection[str] = ()) -> list[Object]:
    """Every object of a release called `proof`, in a cluster that also knows these kinds."""
    options = json.dumps({"name": "proof", "api_versions": list(knows)})
    with helm.Chart.load(CHART) as chart:
        # The library beneath takes the cluster's kinds; its Python does not hand them on yet.
        told = _native.call_string("helm_render", chart._raw(), json.dumps(dict(values)), options)
    texts: dict[str, str] = json.loads(told)
    return [each for text in texts.values() for each in yaml.safe_load_all(text) if each]


def changed(values: Mapping[str, Any], path: str, value: object) -> dict[str, Any]:
    """A copy with another value at a dotted path."""
    copy: dict[str, Any] = deepcopy(dict(values))
    place = copy
    *folders, last = path.split(".")
    for folder in folders:
        place = place.setdefault(folder, {})
    place[last] = value
    return copy


def pods(objects: list[Object]) -> Iterator[tuple[str, Object]]:
    """The pod template of each workload, with the workload's kind and name."""
    for each in objects:
        if each["kind"] in ("Deployment", "Job"):
            name = f"{each['kind']} {each['metadata']['name']}"
            yield name, each["spec"]["template"]["spec"]


def one(objects: list[Object], kind: str, name: str) -> Object:
    """The object of that kind and name; there is exactly one."""
    (found,) = [e for e in objects if e["kind"] == kind and e["metadata"]["name"] == name]
    return found

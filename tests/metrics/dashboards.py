"""The chart's dashboards: their panels and what each asks Prometheus."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.chart.rendering import one, rendered, values_of

VARIABLES = {"$namespace": ".*", "$__rate_interval": "30s"}
"""What Grafana puts in: every namespace, and a span with several scrapes of this test."""


def dashboards() -> dict[str, dict[str, Any]]:
    """Each dashboard by its file, out of the rendered chart."""
    told = one(rendered(values_of("default")), "ConfigMap", "proof-dashboards")["data"]
    return {name: json.loads(text) for name, text in told.items()}


def panels() -> Iterator[dict[str, Any]]:
    """Every panel but the headings of rows."""
    for dashboard in dashboards().values():
        yield from (panel for panel in dashboard["panels"] if panel["type"] != "row")


def expressions() -> dict[str, str]:
    """What is asked, by panel and letter, as Prometheus gets it."""
    found = {}
    for panel in panels():
        for target in panel["targets"]:
            asked: str = target["expr"]
            for name, value in VARIABLES.items():
                asked = asked.replace(name, value)
            found[f"{panel['title']} {target['refId']}"] = asked
    return found

"""The chart's alerts as Prometheus gets them, and the histories that they are tried with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from deploy.local.install import ROOT
from tests.chart.rendering import CHART, one, rendered, values_of

KIND = "monitoring.coreos.com/v1/PrometheusRule"
FILES = CHART / "files" / "alerts"
RUNBOOKS = ROOT / "docs" / "runbooks"
Rule = dict[str, Any]


def rules() -> dict[str, Rule]:
    """Each alert by its name, out of the rendered chart."""
    specification = one(rendered(values_of("default"), knows=[KIND]), "PrometheusRule", "proof")
    (group,) = specification["spec"]["groups"]
    return {rule["alert"]: rule for rule in group["rules"]}


def written(folder: Path, *, annotated: bool = True) -> Path:
    """Write the rules as Prometheus reads them; promtool's tests want no annotations."""
    kept = [rule if annotated else rule | {"annotations": {}} for rule in rules().values()]
    path = folder / "rules.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "samspill", "rules": kept}]}))
    return path


def histories() -> dict[str, dict[str, list[dict[str, Any]]]]:
    """For each alert, histories in which it `fires` and in which it is `silent`."""
    told: dict[str, dict[str, list[dict[str, Any]]]] = yaml.safe_load(
        (Path(__file__).with_name("alerts.yaml")).read_text()
    )
    return told


def promtool_tests(alert: str, rule: Rule) -> Iterator[dict[str, Any]]:
    """The alert's histories in promtool's words."""
    for way, cases in histories()[alert].items():
        for case in cases:
            fired = [
                {"exp_labels": {**rule["labels"], **labels}} for labels in case.get("with", ())
            ]
            if (way == "fires") != bool(fired):
                raise ValueError(f"{alert}: only what fires has labels")
            yield {
                "interval": "1m",
                "input_series": [
                    {"series": name, "values": values} for name, values in case["series"].items()
                ],
                "alert_rule_test": [
                    {"eval_time": f"{case['at']}m", "alertname": alert, "exp_alerts": fired}
                ],
            }

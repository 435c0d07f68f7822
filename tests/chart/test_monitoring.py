"""What the chart gives to a cluster that has the Prometheus operator (issue 6, SPEC O1)."""

from __future__ import annotations

import json
from collections.abc import Mapping

import helm_python as helm
import pytest

from .rendering import CHART, SCENARIOS, SERVICES, Object, changed, one, rendered, values_of

SERVICE_MONITOR = "monitoring.coreos.com/v1/ServiceMonitor"
PROMETHEUS_RULE = "monitoring.coreos.com/v1/PrometheusRule"
DEFAULT = values_of("default")


def selected(objects: list[Object], labels: Mapping[str, str]) -> list[Object]:
    """The Services that carry all of these labels."""
    return [
        each
        for each in objects
        if each["kind"] == "Service" and labels.items() <= each["metadata"]["labels"].items()
    ]


@pytest.mark.parametrize("scenario", sorted(set(SCENARIOS) - {"minimal"}))
def test_the_service_monitor_selects_the_six_services_and_their_metrics_port(scenario: str) -> None:
    objects = rendered(values_of(scenario), knows=[SERVICE_MONITOR])
    monitor = one(objects, "ServiceMonitor", "proof")
    found = selected(objects, monitor["spec"]["selector"]["matchLabels"])
    assert {each["metadata"]["name"] for each in found} == {f"proof-{name}" for name in SERVICES}
    (endpoint,) = monitor["spec"]["endpoints"]
    assert (endpoint["path"], endpoint["interval"]) == ("/metrics", "30s")
    for service in found:
        (port,) = [p for p in service["spec"]["ports"] if p["name"] == endpoint["port"]]
        deployment = one(objects, "Deployment", service["metadata"]["name"])
        template = deployment["spec"]["template"]
        assert service["spec"]["selector"].items() <= template["metadata"]["labels"].items()
        ports = {p["name"]: p["containerPort"] for p in template["spec"]["containers"][0]["ports"]}
        assert ports[port["targetPort"]] == port["port"] == 9102


def test_another_release_in_the_namespace_is_not_selected() -> None:
    objects = rendered(DEFAULT, knows=[SERVICE_MONITOR])
    wanted = one(objects, "ServiceMonitor", "proof")["spec"]["selector"]["matchLabels"]
    for service in selected(objects, wanted):
        service["metadata"]["labels"]["app.kubernetes.io/instance"] = "other"
    assert selected(objects, wanted) == []


def test_the_job_is_named_after_the_service() -> None:
    monitor = one(rendered(DEFAULT, knows=[SERVICE_MONITOR]), "ServiceMonitor", "proof")
    (relabeling,) = monitor["spec"]["endpoints"][0]["relabelings"]
    assert relabeling["targetLabel"] == "job"
    # The label that each Service carries, as Prometheus writes it.
    label = "app_kubernetes_io_component"
    assert relabeling["sourceLabels"] == [f"__meta_kubernetes_service_label_{label}"]
    assert relabeling["replacement"] == "samspill-$1"


def test_no_service_monitor_where_the_kind_is_unknown_or_where_values_say_no() -> None:
    for objects in (
        rendered(DEFAULT),
        rendered(
            DEFAULT, knows=["monitoring.coreos.com/v1", "monitoring.coreos.com/v1/PodMonitor"]
        ),
        rendered(changed(DEFAULT, "monitoring.serviceMonitor", False), knows=[SERVICE_MONITOR]),
        rendered(values_of("minimal"), knows=[SERVICE_MONITOR]),
    ):
        assert not [each for each in objects if each["kind"].endswith("Monitor")]
        # The port stays for whoever scrapes by annotations.
        assert len(objects) > 20


@pytest.mark.parametrize("scenario", sorted(set(SCENARIOS) - {"minimal"}))
def test_the_alerts_are_one_prometheus_rule_where_the_cluster_knows_that_kind(
    scenario: str,
) -> None:
    values = changed(values_of(scenario), "monitoring.labels", {"release": "stack"})
    values = changed(values, "monitoring.runbooks", "https://samspill.example.org/runbooks")
    rule = one(rendered(values, knows=[PROMETHEUS_RULE]), "PrometheusRule", "proof")
    assert rule["metadata"]["labels"]["release"] == "stack"
    (group,) = rule["spec"]["groups"]
    names = {each["alert"] for each in group["rules"]}
    assert names == {path.stem for path in (CHART / "files" / "alerts").glob("*.yaml")}
    for each in group["rules"]:
        address = f"https://samspill.example.org/runbooks/{each['alert']}.md"
        assert each["annotations"]["runbook_url"] == address


def test_no_alerts_where_the_kind_is_unknown_or_where_values_say_no() -> None:
    for objects in (
        rendered(DEFAULT, knows=[SERVICE_MONITOR]),
        rendered(changed(DEFAULT, "monitoring.alerts", False), knows=[PROMETHEUS_RULE]),
        rendered(values_of("minimal"), knows=[PROMETHEUS_RULE]),
    ):
        assert not [each for each in objects if each["kind"] == "PrometheusRule"]


def test_the_dashboard_is_found_by_grafana_unless_values_say_no() -> None:
    configuration = one(rendered(DEFAULT), "ConfigMap", "proof-dashboards")
    assert configuration["metadata"]["labels"]["grafana_dashboard"] == "1"
    file = CHART / "files" / "dashboards" / "samspill.json"
    assert json.loads(configuration["data"]["samspill.json"]) == json.loads(file.read_text())
    for values in (values_of("minimal"), changed(DEFAULT, "monitoring.dashboards", False)):
        names = {each["metadata"]["name"] for each in rendered(values)}
        assert "proof-surveys" in names
        assert "proof-dashboards" not in names


def test_interval_and_labels_are_the_operators() -> None:
    values = changed(DEFAULT, "monitoring.interval", "15s")
    values = changed(values, "monitoring.labels", {"release": "kube-prometheus-stack"})
    monitor = one(rendered(values, knows=[SERVICE_MONITOR]), "ServiceMonitor", "proof")
    assert monitor["spec"]["endpoints"][0]["interval"] == "15s"
    assert monitor["metadata"]["labels"]["release"] == "kube-prometheus-stack"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("monitoring.intervall", "15s"),
        ("monitoring.interval", "soon"),
        ("monitoring.labels", {"release": 1}),
    ],
)
def test_a_misspelt_setting_is_refused(path: str, value: object) -> None:
    with helm.Chart.load(CHART) as chart, pytest.raises(helm.HelmError):
        chart.validate_schema(changed(DEFAULT, path, value))


def test_only_the_named_namespace_may_fetch_metrics() -> None:
    objects = rendered(DEFAULT)
    for service in SERVICES:
        rules = one(objects, "NetworkPolicy", f"proof-{service}")["spec"]["ingress"]
        (metrics,) = [rule for rule in rules if rule["ports"] == [{"port": "metrics"}]]
        name = {"kubernetes.io/metadata.name": "monitoring"}
        assert metrics["from"] == [{"namespaceSelector": {"matchLabels": name}}]

"""The chart holds what it promises, in every scenario that an operator is shown (SPEC O1)."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import helm_python as helm
import kubernetes_validate
import pytest

from .policy import RULES, Rule
from .rendering import (
    CHART,
    SCENARIOS,
    SERVICES,
    Object,
    changed,
    one,
    pods,
    rendered,
    values_of,
)

# Kinds that the cluster learns from others; their schemas are not Kubernetes' own.
FOREIGN = {"Certificate"}
DEFAULT = values_of("default")


@pytest.fixture(scope="module", params=SCENARIOS)
def objects(request: pytest.FixtureRequest) -> list[Object]:
    return rendered(values_of(request.param))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_helm_finds_nothing_to_remark(scenario: str) -> None:
    report = helm.lint(CHART, values_of(scenario))
    assert report["errors"] == []
    assert [each for each in report["messages"] if each["severity"] > 1] == []


def test_every_object_is_what_kubernetes_knows(objects: list[Object]) -> None:
    for each in objects:
        if each["kind"] not in FOREIGN:
            kubernetes_validate.validate(each, "1.34", strict=True)


def test_a_field_that_kubernetes_does_not_know_is_found(objects: list[Object]) -> None:
    wrong = deepcopy(one(objects, "Deployment", "proof-surveys"))
    wrong["spec"]["template"]["spec"]["containers"][0]["probe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, "1.34", strict=True)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_workload_keeps_the_rule(objects: list[Object], rule: Rule) -> None:
    assert list(rule(objects)) == []


def _container(change: Callable[[Object], Any]) -> Callable[[list[Object]], None]:
    def spoil(objects: list[Object]) -> None:
        for _, pod in pods(objects):
            change(pod["containers"][0])

    return spoil


SPOILED: dict[str, Callable[[list[Object]], None]] = {
    "restricted": _container(lambda c: c["securityContext"].pop("capabilities")),
    "bounded": _container(lambda c: c["resources"].pop("limits")),
    "probed": _container(lambda c: c.pop("livenessProbe", None)),
    "pinned": _container(lambda c: c.update(image="samspill-surveys:latest")),
    "without_secrets": lambda objects: objects.append(
        {"kind": "Secret", "metadata": {"name": "oops"}}
    ),
    "owner_serves_nothing": lambda objects: (
        [
            volume["secret"].pop("items", None)
            for _, pod in pods(objects)
            for volume in pod["volumes"]
            if volume["name"] == "database"
        ]
        and None
    ),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_rule_finds_what_breaks_it(rule: Rule) -> None:
    objects = rendered(DEFAULT)
    SPOILED[rule.__name__](objects)
    assert list(rule(objects))


@pytest.mark.parametrize("service", SERVICES)
def test_callers_become_the_network_policy_and_the_allow_list(service: str) -> None:
    objects = rendered(DEFAULT)
    with helm.Chart.load(CHART) as chart:
        callers = chart.values["services"][service]["callers"]
    policy = one(objects, "NetworkPolicy", f"proof-{service}")
    let_in = {
        peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"]
        for rule in policy["spec"]["ingress"]
        for peer in rule.get("from", ())
        if "podSelector" in peer
    }
    told = one(objects, "ConfigMap", f"proof-{service}")["data"]
    assert let_in == set(callers)
    if service != "gateway":
        assert told[f"SAMSPILL_{service.upper()}_RPC_CALLERS"] == ",".join(callers)
    for caller in callers:
        settings = one(objects, "ConfigMap", f"proof-{caller}")["data"]
        address = f"SAMSPILL_{caller.upper()}_{service.upper()}_ADDRESS"
        assert settings[address] == f"proof-{service}:9101"


def test_the_gateway_reaches_services_and_names_alone() -> None:
    """What browsers reach never gets to a database or out of the cluster (ARCHITECTURE 1)."""
    policy = one(rendered(DEFAULT), "NetworkPolicy", "proof-gateway")["spec"]
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    names, services = policy["egress"]
    assert [each["port"] for each in names["ports"]] == [53, 53]
    assert services["ports"] == [{"port": "grpc"}]
    reached = {
        peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"] for peer in services["to"]
    }
    assert reached == set(SERVICES) - {"gateway"}


@pytest.mark.parametrize("service", SERVICES)
def test_the_chart_tells_each_service_all_that_it_needs(service: str, tmp_path: Path) -> None:
    told: dict[str, str] = one(rendered(DEFAULT), "ConfigMap", f"proof-{service}")["data"]
    # The paths exist in a pod; here they are stood in for.
    secret = tmp_path / "secret"
    secret.write_text("x" * 32)
    stand_ins = {"_FILE": str(secret), "_DIRECTORY": str(tmp_path)}
    here = {
        key: next((path for end, path in stand_ins.items() if key.endswith(end)), value)
        for key, value in told.items()
    }
    words = [sys.executable, "-m", f"samspill_{service}", "check-settings"]
    checked = subprocess.run(words, env=here, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_one_place_sets_the_tag_and_a_digest_wins() -> None:
    digest = "sha256:" + "a" * 64
    values = changed(changed(DEFAULT, "image.tag", "7.7"), "image.digests", {"surveys": digest})
    images = {pod["containers"][0]["image"] for _, pod in pods(rendered(values))}
    assert f"registry.example.org/samspill/samspill-surveys@{digest}" in images
    rest = {image for image in images if "@" not in image}
    assert rest
    assert all(image.endswith(":7.7") for image in rest)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("publicAdress", "https://samspill.example.org"),
        ("services.surveys.replica", 3),
        ("defaults.resources", {"limits": {"memoy": "1Gi"}}),
        ("keys.store.accesModes", ["ReadWriteOnce"]),
        ("image.tag", "latest"),
        ("certificates.issuer.kind", "Isuer"),
        ("municipalities", [{"orgnr": "12345", "name": "Kort"}]),
    ],
)
def test_a_misspelt_key_or_value_is_refused(path: str, value: object) -> None:
    with helm.Chart.load(CHART) as chart:
        chart.validate_schema(DEFAULT)
        with pytest.raises(helm.HelmError):
            chart.validate_schema(changed(DEFAULT, path, value))


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("publicAddress", "publicAddress"),
        ("keycloak.existingSecret", "keycloak.existingSecret"),
        ("keys.rootKeySecret", "keys.rootKeySecret"),
        ("databases.existingSecrets.surveys", "databases.existingSecrets.surveys"),
        ("nats.existingSecrets.identity", "nats.existingSecrets.identity"),
        ("certificates.issuer.name", "certificates.issuer.name"),
    ],
)
def test_what_is_missing_is_named(path: str, named: str) -> None:
    with pytest.raises(helm.HelmError, match=named):
        rendered(changed(DEFAULT, path, ""))


def test_the_schools_are_written_as_identity_reads_them() -> None:
    name = 'Skolen "på" høyden'
    schools = [{"orgnr": 999999998, "name": name}]
    municipality = {"orgnr": "999999999", "name": "Prøvekommune", "schools": schools}
    objects = rendered(changed(DEFAULT, "municipalities", [municipality]))
    written = tomllib.loads(one(objects, "ConfigMap", "proof-schools")["data"]["schools.toml"])
    (read,) = written["municipality"]
    assert read["school"] == [{"orgnr": "999999998", "name": name}]


def test_a_release_that_is_taken_away_leaves_the_keys() -> None:
    claim = one(rendered(DEFAULT), "PersistentVolumeClaim", "proof-key-store")
    assert claim["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"


def test_any_knob_of_a_service_can_be_set() -> None:
    values = changed(DEFAULT, "services.retention.settings", {"KEY_LEASE": "PT20S"})
    told = one(rendered(values), "ConfigMap", "proof-retention")["data"]
    assert told["SAMSPILL_RETENTION_KEY_LEASE"] == "PT20S"


def test_pods_stand_where_the_operator_says() -> None:
    toleration = {"key": "school", "operator": "Exists", "effect": "NoSchedule"}
    values = changed(DEFAULT, "defaults.nodeSelector", {"pool": "schools"})
    values = changed(values, "defaults.tolerations", [toleration])
    values = changed(values, "services.reports.nodeSelector", {"pool": "large"})
    values = changed(values, "services.reports.podAnnotations", {"example.org/note": "large"})
    objects = rendered(values)
    for name, pod in pods(objects):
        large = name == "Deployment proof-reports"
        assert pod["nodeSelector"] == {"pool": "large" if large else "schools"}, name
        assert pod["tolerations"] == [toleration], name
    template = one(objects, "Deployment", "proof-reports")["spec"]["template"]
    assert template["metadata"]["annotations"]["example.org/note"] == "large"
    for each in objects:
        if each["kind"] not in FOREIGN:
            kubernetes_validate.validate(each, "1.34", strict=True)

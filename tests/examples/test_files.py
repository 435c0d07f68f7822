"""The guide and its examples fit the chart, so that they cannot lag behind (SPEC O1)."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import helm_python as helm
import kubernetes_validate
import pytest
import yaml

from tests.chart.policy import bounded, pinned, restricted
from tests.chart.rendering import CHART, SERVICES, changed, rendered

from .made import (
    EXAMPLES,
    GUIDE,
    ROOT,
    Object,
    make_certificates,
    make_secrets,
    objects,
    secrets_in,
    values,
)

OBJECTS = list(objects())
# Their kinds come with their operators, and their schemas are not Kubernetes' own.
FOREIGN = {"Cluster", "Keycloak", "Certificate", "Issuer"}
NAMESPACES = {each["metadata"]["name"] for _, each in OBJECTS if each["kind"] == "Namespace"}
BLOCKS = re.findall(r"^```sh\n(.*?)^```", GUIDE.read_text(), re.DOTALL | re.MULTILINE)
MADE_BY_HAND = {"keycloak": "keycloak-tls", "ingress": "samspill-tls"}
"""Certificates for browsers, which a municipality has from elsewhere."""

Wanted = dict[str, set[str]]


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], set[str]]:
    folder = tmp_path_factory.mktemp("secrets")
    make_secrets(folder)
    make_certificates(folder)
    return secrets_in(folder)


@pytest.mark.parametrize(("path", "each"), OBJECTS, ids=lambda one: getattr(one, "name", ""))
def test_every_object_is_what_kubernetes_knows(path: Path, each: Object) -> None:
    if each["kind"] not in FOREIGN:
        kubernetes_validate.validate(each, "1.34", strict=True)
    if each["kind"] != "Namespace":
        assert each["metadata"]["namespace"] in NAMESPACES


def test_the_job_may_run_where_samspill_runs() -> None:
    jobs = [each for _, each in OBJECTS if each["kind"] == "Job"]
    assert jobs
    for rule in (restricted, bounded, pinned):
        assert list(rule(jobs)) == []


def test_samspills_namespace_lets_restricted_pods_in_alone() -> None:
    (own,) = [each for _, each in OBJECTS if each["metadata"]["name"] == "samspill"]
    assert own["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_the_values_are_what_the_chart_takes() -> None:
    report = helm.lint(CHART, values())
    assert report["errors"] == []
    with helm.Chart.load(CHART) as chart:
        chart.validate_schema(values())
        with pytest.raises(helm.HelmError):
            chart.validate_schema(changed(values(), "publicAdress", ""))


def without_cert_manager() -> Object:
    own = {service: f"tls-{service}" for service in SERVICES}
    return changed(values(), "certificates", {"existingSecrets": own})


@pytest.mark.parametrize("chosen", [values(), without_cert_manager()], ids=["issuer", "existing"])
def test_each_secret_that_the_chart_mounts_is_made_by_a_step(
    chosen: Object, secrets: Mapping[tuple[str, str], set[str]]
) -> None:
    made: Wanted = {name: keys for (space, name), keys in secrets.items() if space == "samspill"}
    everything = rendered(chosen)
    for each in everything:
        if each["kind"] == "Certificate":
            made[each["spec"]["secretName"]] = {"ca.crt", "tls.crt", "tls.key"}
    wanted = mounted(everything)
    assert {"root-key", "keycloak", "nats-streams", "database-reports"} <= set(wanted)
    assert [name for name, keys in wanted.items() if not keys <= made.get(name, set())] == []


def test_a_secret_that_no_step_makes_would_be_found(
    secrets: Mapping[tuple[str, str], set[str]],
) -> None:
    renamed = changed(values(), "keys.rootKeySecret", "another")
    assert ("samspill", "another") not in secrets
    assert "another" in mounted(rendered(renamed))


def mounted(everything: list[Object]) -> Wanted:
    """Which keys of which secrets the rendered pods read."""
    wanted: Wanted = {}
    for each in everything:
        pod = each.get("spec", {}).get("template", {}).get("spec")
        if not pod:
            continue
        told = "\n".join(_told(each, everything))
        (container,) = pod["containers"]
        mounts = {one["name"]: one["mountPath"] for one in container["volumeMounts"]}
        for volume in pod["volumes"]:
            if "secret" in volume:
                secret = volume["secret"]
                items = {item["key"] for item in secret.get("items", ())}
                read = re.findall(rf"^{mounts[volume['name']]}/([\w.-]+)$", told, re.MULTILINE)
                tls = {"ca.crt", "tls.crt", "tls.key"} if volume["name"] == "tls" else set()
                keys = items | set(read) | tls
                assert keys, f"nothing reads {secret['secretName']}"
                wanted.setdefault(secret["secretName"], set()).update(keys)
    return wanted


def _told(workload: Object, everything: list[Object]) -> Iterator[str]:
    (container,) = workload["spec"]["template"]["spec"]["containers"]
    for variable in container.get("env", ()):
        yield str(variable["value"])
    for source in container.get("envFrom", ()):
        name = source["configMapRef"]["name"]
        for each in everything:
            if each["kind"] == "ConfigMap" and each["metadata"]["name"] == name:
                yield from map(str, each["data"].values())


def test_what_the_stores_and_the_job_read_is_made_by_a_step(
    secrets: Mapping[tuple[str, str], set[str]],
) -> None:
    nats = yaml.safe_load((EXAMPLES / "nats" / "values.yaml").read_text())
    for variable in nats["container"]["env"].values():
        asked = variable["valueFrom"]["secretKeyRef"]
        assert asked["key"] in secrets["samspill-stores", asked["name"]]
    (job,) = [each for _, each in OBJECTS if each["kind"] == "Job"]
    (volume,) = job["spec"]["template"]["spec"]["volumes"]
    assert secrets["samspill", volume["secret"]["secretName"]] == {"client-secret"}


def test_certificates_for_browsers_are_named_in_the_guide() -> None:
    (keycloak,) = [each for _, each in OBJECTS if each["kind"] == "Keycloak"]
    assert keycloak["spec"]["ingress"]["tlsSecret"] == MADE_BY_HAND["keycloak"]
    assert values()["ingress"]["tlsSecret"] == MADE_BY_HAND["ingress"]
    for name in MADE_BY_HAND.values():
        assert any(f"create secret tls {name}" in block for block in BLOCKS)


def test_each_example_is_used_in_the_guide() -> None:
    guide = GUIDE.read_text()
    files = [
        path for path in EXAMPLES.rglob("*") if path.suffix in (".yaml", ".sh", ".py", ".conf")
    ]
    assert [str(path) for path in files if str(path.relative_to(ROOT)) not in guide] == []


@pytest.mark.parametrize("block", BLOCKS)
def test_each_command_of_the_guide_names_files_that_exist(block: str) -> None:
    named = re.findall(r"(?:deploy|docs|tests|services|kit)/[\w./-]+[\w]", block)
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("block", BLOCKS)
def test_each_command_of_the_guide_can_be_typed(block: str) -> None:
    subprocess.run(["sh", "-n"], input=block, text=True, check=True)


def test_the_guide_shows_commands_of_both_programs() -> None:
    everything = "".join(BLOCKS)
    assert "kubectl apply" in everything
    assert "helm install samspill" in everything


def test_no_image_is_taken_from_a_registry_of_somebody_else() -> None:
    for path in EXAMPLES.rglob("*.yaml"):
        for image in re.findall(r"^\s*(?:image|imageName|registry): (\S+)", path.read_text(), re.M):
            assert image.startswith("registry.example.org/"), f"{path.name}: {image}"

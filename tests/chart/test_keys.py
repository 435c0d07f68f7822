"""The root key from a secret or Vault, the key store on a volume or in Vault (SPEC P1)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import helm_python as helm
import pytest

from .rendering import CHART, Object, changed, one, rendered, values_of

DEFAULT = values_of("default")
IN_VAULT = values_of("vault")
CHOICES = {
    "secret and volume": DEFAULT,
    "transit and KV": IN_VAULT,
    "transit and volume": changed(changed(IN_VAULT, "keys.store", {}), "keys.vault.kvMount", ""),
    "secret and KV": changed(
        changed(changed(IN_VAULT, "keys.rootKey", "secret"), "keys.vault.transitKey", ""),
        "keys.rootKeySecret",
        "samspill-root-key",
    ),
    "a token": changed(changed(IN_VAULT, "keys.vault.login", "token"), "keys.vault.caSecret", ""),
}
WITHOUT_ROOT_KEY = {"transit and KV", "transit and volume", "a token"}
ON_VOLUME = {"secret and volume", "transit and volume"}


def retention(objects: list[Object]) -> tuple[dict[str, str], dict[str, Any], dict[str, str]]:
    """What retention is told, its volumes by name, and where each is mounted."""
    told: dict[str, str] = one(objects, "ConfigMap", "proof-retention")["data"]
    pod = one(objects, "Deployment", "proof-retention")["spec"]["template"]["spec"]
    mounts = {each["name"]: each["mountPath"] for each in pod["containers"][0]["volumeMounts"]}
    return told, {each["name"]: each for each in pod["volumes"]}, mounts


@pytest.mark.parametrize("choice", CHOICES)
def test_only_what_the_choice_needs_is_rendered_and_mounted(choice: str) -> None:
    objects = rendered(CHOICES[choice])
    told, volumes, mounts = retention(objects)
    assert set(volumes) == set(mounts)
    has_root_key = choice not in WITHOUT_ROOT_KEY
    on_volume = choice in ON_VOLUME
    assert ("root-key" in mounts) is has_root_key
    assert ("SAMSPILL_RETENTION_ROOT_KEY_FILE" in told) is has_root_key
    assert ("SAMSPILL_RETENTION_VAULT_TRANSIT_KEY" in told) is not has_root_key
    assert ("key-store" in mounts) is on_volume
    assert any(each["kind"] == "PersistentVolumeClaim" for each in objects) is on_volume
    assert ("SAMSPILL_RETENTION_VAULT_KV_MOUNT" in told) is not on_volume
    assert ("vault" in mounts) is (choice != "secret and volume")
    for key, value in told.items():
        if value.startswith(("/run/samspill/", "/var/lib/")):
            assert any(value.startswith(path) for path in mounts.values()), key


@pytest.mark.parametrize("choice", CHOICES)
def test_the_service_takes_what_it_is_told(choice: str, tmp_path: Path) -> None:
    told, *_ = retention(rendered(CHOICES[choice]))
    secret = tmp_path / "secret"
    secret.write_text("x" * 32)
    here = {key: str(secret) if key.endswith("_FILE") else value for key, value in told.items()} | {
        key: str(tmp_path) for key in told if key.endswith("_DIRECTORY")
    }
    words = [sys.executable, "-m", "samspill_retention", "check-settings"]
    checked = subprocess.run(words, env=here, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_the_login_alone_is_mounted_from_its_secret() -> None:
    for choice, keys in {"transit and KV": {"role-id", "secret-id"}, "a token": {"token"}}.items():
        _, volumes, _ = retention(rendered(CHOICES[choice]))
        assert {each["key"] for each in volumes["vault"]["secret"]["items"]} == keys


@pytest.mark.parametrize(
    "path",
    [
        "keys.vault.address",
        "keys.vault.existingSecret",
        "keys.vault.transitMount",
        "keys.vault.transitKey",
        "keys.vault.kvMount",
        "keys.vault.kvPrefix",
        "keys.vault.appRoleMount",
    ],
)
def test_what_is_missing_is_named(path: str) -> None:
    with pytest.raises(helm.HelmError, match=path):
        rendered(changed(IN_VAULT, path, ""))


@pytest.mark.parametrize(
    ("values", "path", "value", "named"),
    [
        (IN_VAULT, "keys.rootKeySecret", "samspill-root-key", "keys.rootKeySecret"),
        (IN_VAULT, "keys.store.existingClaim", "claim", "keys.store"),
        (IN_VAULT, "keys.store.storageClassName", "fast", "keys.store"),
        (IN_VAULT, "keys.store.kind", "volume", "keys.vault.kvMount"),
        (IN_VAULT, "keys.rootKey", "secret", "keys.vault.transitKey"),
        (DEFAULT, "keys.vault.address", "https://vault.example.org", "keys.vault.address"),
        (DEFAULT, "keys.vault.existingSecret", "samspill-vault", "keys.vault.existingSecret"),
        (DEFAULT, "keys.vault.caSecret", "vault-authority", "keys.vault.caSecret"),
        (DEFAULT, "keys.vault.kvMount", "kv", "keys.vault.kvMount"),
        (DEFAULT, "keys.vault.transitKey", "samspill", "keys.vault.transitKey"),
        (DEFAULT, "keys.store.kind", "vault", "keys.vault.kvMount|keys.vault.address"),
        (changed(DEFAULT, "keys.rootKeySecret", ""), "keys.rootKey", "vault", "keys.vault"),
    ],
)
def test_half_a_choice_is_refused(
    values: dict[str, Any], path: str, value: str, named: str
) -> None:
    rendered(IN_VAULT)
    with pytest.raises(helm.HelmError, match=named):
        rendered(changed(values, path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("keys.vault.adress", "https://vault.example.org"),
        ("keys.vault.address", "http://vault.example.org"),
        ("keys.vault.login", "kubernetes"),
        ("keys.vault.kvMount", "kv/"),
        ("keys.rootKey", "Vault"),
        ("keys.store.kind", "folder"),
    ],
)
def test_a_misspelt_key_or_value_is_refused(path: str, value: str) -> None:
    with helm.Chart.load(CHART) as chart:
        chart.validate_schema(IN_VAULT)
        with pytest.raises(helm.HelmError):
            chart.validate_schema(changed(IN_VAULT, path, value))


@pytest.mark.parametrize(
    ("path", "value", "shared"),
    [
        ("keys.store.accessModes", ["ReadWriteOnce"], False),
        ("keys.store.accessModes", ["ReadWriteMany"], True),
    ],
)
def test_retention_is_one_pod_where_one_node_alone_can_mount_the_keys(
    path: str, value: object, shared: bool
) -> None:
    """Two pods on two nodes would wait for each other's volume, and the install with them."""
    objects = rendered(changed(values_of("default"), path, value))
    deployment = one(objects, "Deployment", "proof-retention")["spec"]
    scaled = [e for e in objects if e["kind"] == "HorizontalPodAutoscaler"]
    assert ("proof-retention" in {each["metadata"]["name"] for each in scaled}) is shared
    if shared:
        assert "replicas" not in deployment
        assert "rollingUpdate" in deployment["strategy"]
    else:
        assert deployment["replicas"] == 1
        assert deployment["strategy"] == {"type": "Recreate"}
    assert one(objects, "Deployment", "proof-surveys")["spec"]["strategy"]["rollingUpdate"]


def test_retention_has_replicas_where_vault_keeps_the_keys() -> None:
    deployment = one(rendered(values_of("vault")), "Deployment", "proof-retention")["spec"]
    assert "rollingUpdate" in deployment["strategy"]

"""What an operator makes before `helm install`, and the values of the install."""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import helm_python as helm

from deploy.local.installation import LocalInstallation
from deploy.local.keycloak import REALM
from deploy.local.services import BACKENDS, SERVICES
from tests.chart.rendering import CHART

from .kubernetes import Cluster, Object, secret

NAME: Final = "samspill"
EVENTS: Final = ("identity", "surveys", "responses", "retention")
PATIENCE: Final = 600
"""Seconds that an install may take: two loaded cores start twelve pods."""

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Release:
    """The release in a namespace, standing on servers that pods reach at `host`."""

    cluster: Cluster
    installation: LocalInstallation
    host: str
    tag: str
    replicas: int = 2

    async def prepare(self) -> None:
        """Make the namespace, where nothing but restricted pods may run, and the secrets."""
        labels = {"pod-security.kubernetes.io/enforce": "restricted"}
        await self.cluster.apply(
            [
                {
                    "apiVersion": "v1",
                    "kind": "Namespace",
                    "metadata": {"name": self.cluster.namespace, "labels": labels},
                }
            ]
        )
        await self.cluster.apply([*self._secrets(), *self._key_store()])

    async def install(self, **changed: Any) -> None:
        """`helm install --wait`. Raises HelmError."""
        await asyncio.to_thread(self._helm, "install", self.values(**changed))

    async def upgrade(self, **changed: Any) -> None:
        """`helm upgrade --wait`. Raises HelmError."""
        await asyncio.to_thread(self._helm, "upgrade", self.values(**changed))

    async def gateway(self) -> tuple[str, int]:
        """Where the gateway's service listens inside the cluster."""
        service = await self.cluster.get("service", f"{NAME}-gateway")
        return service["spec"]["clusterIP"], service["spec"]["ports"][0]["port"]

    def values(self, **changed: Any) -> Values:
        """The values file of this installation."""
        keycloak = self.installation.parts.keycloak
        municipality = self.installation.municipality
        schools = [
            {"orgnr": each.organisation_number, "name": each.name} for each in municipality.schools
        ]
        values: Values = {
            "installation": "cluster-proof",
            "publicAddress": self.installation.public_address,
            "image": {"tag": self.tag, "pullPolicy": "Never"},
            "municipalities": [
                {
                    "orgnr": municipality.organisation_number,
                    "name": municipality.name,
                    "schools": schools,
                }
            ],
            "keycloak": {
                "address": f"http://{self.host}:{keycloak.port}",
                "publicAddress": keycloak.address,
                "realm": REALM,
                "existingSecret": "keycloak",
            },
            "nats": {
                "existingSecrets": {name: f"nats-{name}" for name in (*EVENTS, "streams")},
                "streamReplicas": 1,
            },
            "databases": {"existingSecrets": {name: f"database-{name}" for name in BACKENDS}},
            "certificates": {"existingSecrets": {name: f"tls-{name}" for name in SERVICES}},
            "keys": {"rootKeySecret": "root-key", "store": {"existingClaim": "key-store"}},
            # A receipt waits until no lent key is held any more.
            "services": {"retention": {"settings": {"KEY_LEASE": "PT20S"}}},
            "defaults": {"replicas": self.replicas, "autoscaling": {"maxReplicas": 0}},
        }
        return values | changed

    def _helm(self, action: str, values: Values) -> None:
        with helm.Config(
            kubeconfig_path=os.environ["KUBECONFIG"], namespace=self.cluster.namespace
        ) as config:
            perform = {"install": config.install, "upgrade": config.upgrade}[action]
            perform(str(CHART), NAME, values, timeout=PATIENCE, wait="watcher")

    def _secrets(self) -> Iterator[Object]:
        parts = self.installation.parts
        for name in BACKENDS:
            urls = {
                kind: self._from_pods(parts.postgres.url_file(name, kind))
                for kind in ("app", "jobs", "owner")
            }
            yield secret(
                f"database-{name}",
                app_url=urls["app"],
                jobs_url=urls["jobs"],
                owner_url=urls["owner"],
            )
        for name in EVENTS:
            yield secret(f"nats-{name}", url=self._from_pods(parts.nats.url_file(name)))
        # On one machine every service may make streams; retention's user stands for the operator's.
        yield secret("nats-streams", url=self._from_pods(parts.nats.url_file("retention")))
        keys = parts.credentials
        yield secret(
            "keycloak",
            oidc_client_secret=keys.secret("keycloak-web"),
            admin_client_secret=keys.secret("keycloak-identity"),
        )
        yield _binary("root-key", {"root-key": keys.key("root-key").read_bytes()})
        for name in SERVICES:
            folder = parts.certificates / name
            files = {each.name: each.read_bytes() for each in folder.iterdir()}
            yield _binary(f"tls-{name}", files)

    def _key_store(self) -> Iterator[Object]:
        """A volume in a folder of the node: this proof's stand-in for a storage class."""
        folder = key_store(self.installation)
        size = {"storage": "100Mi"}
        volume = f"{self.cluster.namespace}-keys"
        yield {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": volume},
            "spec": {
                "capacity": size,
                "accessModes": ["ReadWriteOnce"],
                "persistentVolumeReclaimPolicy": "Retain",
                "hostPath": {"path": str(folder), "type": "DirectoryOrCreate"},
                "claimRef": {"name": "key-store", "namespace": self.cluster.namespace},
            },
        }
        yield {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": "key-store"},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": "",
                "volumeName": volume,
                "resources": {"requests": size},
            },
        }

    def _from_pods(self, file: Path) -> str:
        return file.read_text().replace("127.0.0.1", self.host)


def key_store(installation: LocalInstallation) -> Path:
    """The folder of the keys, owned by the user that the images run as."""
    folder = installation.folder / "keystore"
    folder.mkdir(mode=0o700, exist_ok=True)
    os.chown(folder, 10001, 10001)
    return folder


def _binary(name: str, content: Mapping[str, bytes]) -> Object:
    data = {key: base64.b64encode(value).decode() for key, value in content.items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": data}

"""What an operator makes before `helm install`, and the values of the install."""

from __future__ import annotations

import asyncio
import io
import json
import os
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from deploy.local.installation import LocalInstallation
from deploy.local.keycloak import REALM
from deploy.local.services import BACKENDS, SERVICES, until
from tests.chart.rendering import CHART

from .kubernetes import Cluster, Object, key_volume, secret

NAME: Final = "samspill"
EVENTS: Final = ("identity", "surveys", "responses", "retention")
KINDS: Final = ("app", "jobs", "owner")
PATIENCE: Final = "10m"
"""How long an install may take: two loaded cores start twelve pods."""

SMALL: Final = {"requests": {"cpu": "20m", "memory": "192Mi"}}
"""Room on two cores for three pods of each service."""

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Release:
    """The release in a namespace, standing on servers that pods reach at `host`."""

    cluster: Cluster
    installation: LocalInstallation
    host: str
    tag: str
    replicas: int = 2

    async def prepare(self, *, wrong: Mapping[str, str] | None = None) -> None:
        """Make the namespace, where nothing but restricted pods may run, and the secrets.

        `wrong` exchanges what the secrets of these names hold.
        """
        labels = {"pod-security.kubernetes.io/enforce": "restricted"}
        namespace = {"name": self.cluster.namespace, "labels": labels}
        await self.cluster.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": namespace}])
        await self.cluster.apply([*self._secrets(wrong or {}), *await self._key_store()])

    async def install(self, **changed: Any) -> None:
        """`helm install --wait`. Raises CommandError."""
        await self._helm("install", self.values(**changed))

    async def upgrade(self, **changed: Any) -> None:
        """`helm upgrade --wait`. Raises CommandError."""
        await self._helm("upgrade", self.values(**changed))

    async def gateway(self) -> tuple[str, int]:
        """Where this machine reaches the gateway's service: its own address, else a port of the node."""
        service = (await self.cluster.get("service", f"{NAME}-gateway"))["spec"]
        inside = (service["clusterIP"], service["ports"][0]["port"])
        if await _is_reached(inside):
            return inside
        return await self._port_of_the_node(service)

    async def _port_of_the_node(self, service: Mapping[str, Any]) -> tuple[str, int]:
        """A second service before the same pods, for clusters whose addresses lead nowhere from here."""
        name = f"{NAME}-gateway-for-the-proof"
        port = {**service["ports"][0], "nodePort": None}
        specification = {"type": "NodePort", "selector": service["selector"], "ports": [port]}
        metadata = {"name": name}
        made = {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": specification}
        await self.cluster.apply([made])
        made = await self.cluster.get("service", name)
        (node, *_) = (await self.cluster.get("nodes"))["items"]
        addresses = {each["type"]: each["address"] for each in node["status"]["addresses"]}
        here = (addresses["InternalIP"], made["spec"]["ports"][0]["nodePort"])
        async with asyncio.timeout(30):
            await until(lambda: _is_reached(here), every=0.5)
        return here

    async def copy_key_store(self, folder: Path) -> None:
        """Lay a copy of the key store's files into a folder, in place of what was there."""
        where = ("--", "tar", "-C", "/var/lib/samspill/keys", "-c", ".")
        packed = await self.cluster.raw("kubectl", "exec", f"deployment/{NAME}-retention", *where)
        shutil.rmtree(folder, ignore_errors=True)
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(folder, filter="data")

    def values(self, **changed: Any) -> Values:
        """The values file of this installation."""
        keycloak = self.installation.parts.keycloak
        values: Values = {
            "installation": "cluster-proof",
            "publicAddress": self.installation.public_address,
            "image": {"tag": self.tag, "pullPolicy": "Never"},
            "municipalities": [self._municipality()],
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
            # One node: two pods may mount what a second node could not.
            "keys": {
                "rootKeySecret": "root-key",
                "store": {"existingClaim": "key-store", "accessModes": ["ReadWriteMany"]},
            },
            "services": {
                # A receipt waits until no lent key is held any more.
                "retention": {"settings": {"KEY_LEASE": "PT20S"}},
                "reports": {"resources": SMALL},
            },
            "defaults": {
                "replicas": self.replicas,
                "autoscaling": {"maxReplicas": 0},
                "resources": SMALL,
            },
        }
        return values | changed

    def _municipality(self) -> Values:
        known = self.installation.municipality
        schools = [{"orgnr": each.organisation_number, "name": each.name} for each in known.schools]
        return {"orgnr": known.organisation_number, "name": known.name, "schools": schools}

    async def _helm(self, action: str, values: Values) -> None:
        words = (action, NAME, str(CHART), "--wait", "--timeout", PATIENCE, "--values", "-")
        await self.cluster.helm(*words, given=json.dumps(values))

    def _secrets(self, wrong: Mapping[str, str]) -> Iterator[Object]:
        parts = self.installation.parts
        for name in BACKENDS:
            urls = {
                f"{kind}-url": self._from_pods(parts.postgres.url_file(name, kind))
                for kind in KINDS
            }
            yield _texts(f"database-{name}", urls, wrong)
        # On one machine every service may make streams; retention's user stands for the operator's.
        users = {name: name for name in EVENTS} | {"streams": "retention"}
        for name, user in users.items():
            yield _texts(f"nats-{name}", {"url": self._from_pods(parts.nats.url_file(user))}, wrong)
        keys = parts.credentials
        yield _texts(
            "keycloak",
            {
                "oidc-client-secret": keys.secret("keycloak-web"),
                "admin-client-secret": keys.secret("keycloak-identity"),
            },
            wrong,
        )
        yield secret("root-key", {"root-key": keys.key("root-key").read_bytes()})
        for name in SERVICES:
            folder = parts.certificates / name
            yield secret(f"tls-{name}", {each.name: each.read_bytes() for each in folder.iterdir()})

    async def _key_store(self) -> list[Object]:
        """A claim on the cluster's default storage class, or on a folder of a node that is this machine."""
        specification: dict[str, Any] = {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "100Mi"}},
        }
        volumes: list[Object] = []
        if not (await self.cluster.get("storageclass"))["items"]:
            volume = key_volume(self.cluster.namespace)
            specification |= {"storageClassName": "", "volumeName": volume}
            volumes = [self._volume(volume)]
        claim: Object = {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": "key-store"},
            "spec": specification,
        }
        return [*volumes, claim]

    def _volume(self, name: str) -> Object:
        folder = self.installation.folder / f"{name}-on-the-node"
        folder.mkdir(mode=0o700, exist_ok=True)
        # The user that the images run as.
        os.chown(folder, 10001, 10001)
        return {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": name},
            "spec": {
                "capacity": {"storage": "100Mi"},
                "accessModes": ["ReadWriteOnce"],
                "persistentVolumeReclaimPolicy": "Retain",
                "hostPath": {"path": str(folder)},
                "claimRef": {"name": "key-store", "namespace": self.cluster.namespace},
            },
        }

    def _from_pods(self, file: Path) -> str:
        return file.read_text().replace("127.0.0.1", self.host)


def _texts(name: str, content: Mapping[str, str], wrong: Mapping[str, str]) -> Object:
    changed = {key: wrong.get(f"{name}/{key}", text) for key, text in content.items()}
    return secret(name, {key: text.encode() for key, text in changed.items()})


async def _is_reached(address: tuple[str, int]) -> bool:
    try:
        async with asyncio.timeout(3):
            _, writer = await asyncio.open_connection(*address)
    except OSError:
        return False
    writer.close()
    return True

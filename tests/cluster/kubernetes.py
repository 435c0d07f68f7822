"""The cluster as an operator has it in hand: kubectl, helm and a namespace."""

from __future__ import annotations

import asyncio
import base64
import json
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from deploy.local.services import until

Object = Mapping[str, Any]


class CommandError(Exception):
    """What kubectl or helm said when it refused."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """One namespace of the cluster that KUBECONFIG names."""

    namespace: str

    async def kubectl(self, *words: str, given: str = "") -> str:
        """Run kubectl in the namespace and return what it says. Raises CommandError."""
        return (await self.raw("kubectl", *words, given=given)).decode()

    async def helm(self, *words: str, given: str = "") -> str:
        """Run helm in the namespace and return what it says. Raises CommandError."""
        return (await self.raw("helm", *words, given=given)).decode()

    async def raw(self, program: str, *words: str, given: str = "") -> bytes:
        """Run kubectl or helm and return the bytes that it writes. Raises CommandError."""
        process = await asyncio.create_subprocess_exec(
            *(program, "--namespace", self.namespace, *words),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        said, complained = await process.communicate(given.encode())
        if process.returncode:
            raise CommandError("\n".join(each.decode().strip() for each in (said, complained)))
        return said

    async def apply(self, objects: Iterable[Object]) -> None:
        """Make these objects, or change them into this."""
        everything = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
        await self.kubectl("apply", "-f", "-", given=json.dumps(everything))

    async def get(self, *words: str) -> Any:
        """What the cluster knows, as JSON."""
        return json.loads(await self.kubectl("get", *words, "-o", "json"))

    async def pods(self, component: str) -> list[str]:
        """Names of a component's pods that are not on their way out."""
        selector = f"app.kubernetes.io/component={component}"
        found = await self.get("pods", "-l", selector)
        return [
            pod["metadata"]["name"]
            for pod in found["items"]
            if "deletionTimestamp" not in pod["metadata"]
        ]

    async def start_of(self, component: str) -> float:
        """Seconds from the start of a component's containers until they were ready, at the median."""
        found = await self.get("pods", "-l", f"app.kubernetes.io/component={component}")
        seconds = []
        for pod in found["items"]:
            (container,) = pod["status"]["containerStatuses"]
            ready = next(c for c in pod["status"]["conditions"] if c["type"] == "Ready")
            if ready["status"] == "True":
                began_at = datetime.fromisoformat(container["state"]["running"]["startedAt"])
                ready_at = datetime.fromisoformat(ready["lastTransitionTime"])
                seconds.append((ready_at - began_at).total_seconds())
        return statistics.median(seconds)

    async def ready_replicas(self, deployment: str) -> int:
        """How many pods of a deployment may be sent requests."""
        found = await self.get("deployment", deployment)
        return int(found["status"].get("readyReplicas", 0))

    async def rolled_out(self, deployment: str, *, within: int = 240) -> None:
        """Wait until a deployment is what it should be. Raises CommandError."""
        await self.kubectl("rollout", "status", f"deployment/{deployment}", f"--timeout={within}s")

    async def settled(self) -> None:
        """Wait until no pod is on its way out: it serves, with what it was told, until it has drained."""

        async def is_settled() -> bool:
            pods = (await self.get("pods"))["items"]
            return not any("deletionTimestamp" in pod["metadata"] for pod in pods)

        async with asyncio.timeout(120):
            await until(is_settled, every=1)

    async def forget(self) -> None:
        """Take the namespace away with everything in it."""
        await self.kubectl("delete", "namespace", self.namespace, "--wait=true", "--timeout=180s")
        # A volume belongs to no namespace.
        volume = key_volume(self.namespace)
        await self.kubectl("delete", "persistentvolume", volume, "--ignore-not-found=true")


def key_volume(namespace: str) -> str:
    """Name of the volume that a namespace's key store gets where there is no storage class."""
    return f"{namespace}-keys"


def secret(name: str, content: Mapping[str, bytes]) -> Object:
    """A secret of files."""
    data = {key: base64.b64encode(value).decode() for key, value in content.items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": data}

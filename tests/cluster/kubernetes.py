"""The cluster as an operator has it in hand: kubectl and a namespace."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Object = Mapping[str, Any]


class KubectlError(Exception):
    """What kubectl said when it refused."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """One namespace of the cluster that KUBECONFIG names."""

    namespace: str

    async def kubectl(self, *words: str, given: str = "") -> str:
        """Run kubectl in the namespace and return what it says. Raises KubectlError."""
        process = await asyncio.create_subprocess_exec(
            *("kubectl", "--namespace", self.namespace, *words),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        said, complained = await process.communicate(given.encode())
        if process.returncode:
            raise KubectlError(complained.decode().strip())
        return said.decode()

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

    async def rolled_out(self, deployment: str, *, within: int = 180) -> None:
        """Wait until a deployment is what it should be. Raises KubectlError."""
        await self.kubectl("rollout", "status", f"deployment/{deployment}", f"--timeout={within}s")

    async def forget(self) -> None:
        """Take the namespace away with everything in it."""
        await self.kubectl("delete", "namespace", self.namespace, "--wait=true", "--timeout=120s")


def secret(name: str, **content: str) -> Object:
    """A secret of texts; an underscore in a key stands for a hyphen."""
    data = {key.replace("_", "-"): value for key, value in content.items()}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name},
        "stringData": data,
    }

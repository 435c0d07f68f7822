"""Other builds beside this one: pods of other images that get their share of the calls."""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from deploy.local.services import SERVICES

from .disturbing import kill_one
from .kubernetes import Cluster
from .release import NAME

_SERVED: Final = re.compile(r"^samspill_rpc_(?:server|client)_seconds_count\{.*\} (\S+)$", re.M)


@asynccontextmanager
async def beside(cluster: Cluster, tag: str) -> AsyncIterator[None]:
    """Add one pod of each service with another image to those that serve, and take them away again."""
    for service in SERVICES:
        await cluster.apply([await _pod(cluster, service, tag)])
    names = [f"pod/{_name(service, tag)}" for service in SERVICES]
    try:
        await cluster.kubectl("wait", "--for=condition=Ready", *names, "--timeout=180s")
        # Clients that keep their connections look for new addresses when one of them ends.
        for service in SERVICES:
            await kill_one(cluster, service, random.Random(2))
        for service in SERVICES:
            await cluster.rolled_out(f"{NAME}-{service}")
        yield
    finally:
        await cluster.kubectl("delete", "--grace-period=1", *names)


async def without_calls(cluster: Cluster, tag: str) -> Sequence[str]:
    """Services whose added pod was never called, so that the proof would prove nothing."""
    return [service for service in SERVICES if not await _calls(cluster, _name(service, tag))]


async def exchange(cluster: Cluster, service: str, tag: str) -> None:
    """Let a deployment run another image."""
    image = f"{service}=samspill-{service}:{tag}"
    await cluster.kubectl("set", "image", f"deployment/{NAME}-{service}", image)
    await cluster.rolled_out(f"{NAME}-{service}")


async def _calls(cluster: Cluster, pod: str) -> float:
    ask = "import urllib.request as r;print(r.urlopen('http://127.0.0.1:9102/metrics').read().decode())"
    python = "/opt/samspill/bin/python"
    told = await cluster.kubectl("exec", pod, "--", python, "-c", ask)
    return sum(float(count) for count in _SERVED.findall(told))


async def _pod(cluster: Cluster, service: str, tag: str) -> dict[str, Any]:
    deployment = await cluster.get("deployment", f"{NAME}-{service}")
    template = deployment["spec"]["template"]
    specification = template["spec"]
    specification["containers"][0]["image"] = f"samspill-{service}:{tag}"
    labels = template["metadata"]["labels"]
    metadata = {"name": _name(service, tag), "labels": labels}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": specification}


def _name(service: str, tag: str) -> str:
    return f"{NAME}-{service}-{tag}"

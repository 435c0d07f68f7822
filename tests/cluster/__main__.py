"""The proof on a cluster: install, the main job, then disturbances while answers are saved.

KUBECONFIG names the cluster. CLUSTER_HOST is the address at which pods reach this machine, where
PostgreSQL, NATS and Keycloak run for the proof. CLUSTER_LOAD is a command that hands images of
the local engine to the nodes, such as `kind load docker-image`. TAG is the images' tag.
"""

from __future__ import annotations

import asyncio
import os
import random
import shlex
import subprocess
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from deploy.local.demonstration.browsing import Browser
from deploy.local.demonstration.people import Municipality
from deploy.local.installation import LocalInstallation
from deploy.local.ports import Ports
from deploy.local.services import SERVICES, until
from tests.bench.school import BenchSchool
from tests.e2e.classes import VICKERS, synthetic, vickers_chan
from tests.e2e.conftest import World
from tests.e2e.leftovers import rows_of
from tests.e2e.test_main_job import main_job

from . import disturbing
from .answering import Ledger, Pupil, missing, save_steadily
from .forwarding import Forwarder
from .kubernetes import Cluster
from .release import NAME, Release

PUPILS = 60
PER_SECOND = 20.0


@dataclass(frozen=True, slots=True)
class Size:
    """How much is done: the whole proof, or a draw of it."""

    kills: int = 20
    restarts: bool = True


def say(text: str) -> None:
    print(f"· {text}", flush=True)


async def main(size: Size, folder: Path) -> int:
    """Print the line of figures; the exit status says whether every promise held."""
    host = os.environ.get("CLUSTER_HOST", "")
    if not (os.environ.get("KUBECONFIG") and host):
        print("Set KUBECONFIG, and CLUSTER_HOST: this machine's address as pods reach it.")
        return 2
    tag = os.environ.get("TAG", "dev")
    load(tag)
    async with AsyncExitStack() as stack:
        installation = LocalInstallation(
            folder, Ports.free(), municipality=Municipality.read(), services=()
        )
        await stack.enter_async_context(installation)
        await reach_from_pods(stack, installation, host)
        cluster = Cluster(f"samspill-proof-{random.randrange(10**6)}")
        release = Release(cluster, installation, host, tag)
        stack.push_async_callback(cluster.forget)
        return await prove(stack, release, size)


def load(tag: str) -> None:
    """Hand the images to the nodes, where a command for it is named."""
    command = os.environ.get("CLUSTER_LOAD")
    if command:
        images = [f"samspill-{service}:{tag}" for service in SERVICES]
        subprocess.run([*shlex.split(command), *images], check=True)


async def reach_from_pods(
    stack: AsyncExitStack, installation: LocalInstallation, host: str
) -> None:
    """Let what listens on the loopback be reached at the same ports from pods."""
    parts = installation.parts
    for port in (parts.postgres.port, parts.nats.port, parts.keycloak.port):
        forwarder = Forwarder(host, port, lambda port=port: ("127.0.0.1", port))  # type: ignore[misc]
        await stack.enter_async_context(forwarder)


async def prove(stack: AsyncExitStack, release: Release, size: Size) -> int:
    installation = release.installation
    await release.prepare()
    began_at = time.monotonic()
    await release.install()
    seconds = time.monotonic() - began_at
    say(f"installed in {seconds:.0f} s")
    address = await release.gateway()
    port = installation.parts.ports.gateway
    await stack.enter_async_context(Forwarder("127.0.0.1", port, lambda: address))
    world = World(installation, installation.municipality)
    group = vickers_chan() if VICKERS.exists() else synthetic()
    await main_job(world, group, "7A")
    say("the main job passed")
    ledger, lost, doubled = await answer_while_disturbed(release, size)
    await comes_back(release)
    print(
        f"installed in {seconds:.0f} s, answers acknowledged {ledger.acknowledged}, "
        f"missing {lost}, double {doubled}, requests failed {ledger.failed}",
        flush=True,
    )
    return int(bool(lost or doubled or ledger.failed))


async def answer_while_disturbed(release: Release, size: Size) -> tuple[Ledger, int, int]:
    """Save steadily from before the first disturbance until after the last."""
    installation = release.installation
    async with Browser(installation.public_address) as browser:
        school = await BenchSchool.prepare(installation, browser)
        codes = await school.codes(PUPILS)
    ledger = Ledger()
    pupils = [Pupil(installation.public_address, code, ledger) for code in codes]
    for pupil in pupils:
        await pupil.begin()
    done = asyncio.Event()
    saving = asyncio.create_task(save_steadily(pupils, per_second=PER_SECOND, until=done))
    try:
        await disturb(release, size)
    finally:
        done.set()
        await saving
    say(f"{ledger.acknowledged} saves acknowledged, {ledger.healed} after more than one try")
    return ledger, await missing(pupils), await rows_too_many(installation)


async def disturb(release: Release, size: Size) -> None:
    if size.restarts:
        await disturbing.restart_each(release.cluster)
        say("every deployment was restarted")
    await disturbing.kill_some(release.cluster, times=size.kills, chance=random.Random(1))
    say(f"{size.kills} pods were killed")
    await disturbing.upgrade(release)
    say("the release was upgraded")


async def rows_too_many(installation: LocalInstallation) -> int:
    """Answers that are stored more than once for a pupil and a question."""
    query = (
        "select coalesce(sum(n - 1), 0) from (select count(*) as n from answers "
        "group by survey_id, participant_id, question_id having count(*) > 1) as twice "
        "where $1::uuid is not null"
    )
    ((count,),) = await rows_of(installation, "responses", query, str(UUID(int=0)))
    return int(count)


async def comes_back(release: Release) -> None:
    """A replica that cannot reach its database becomes unready, and returns by itself."""

    async def ready_pods() -> int:
        found = await release.cluster.get("deployment", f"{NAME}-responses")
        return int(found["status"].get("readyReplicas", 0))

    async with disturbing.database_away(release.installation, "responses"), asyncio.timeout(90):

        async def none_ready() -> bool:
            return await ready_pods() == 0

        await until(none_ready, every=1)
    say("without its database, responses is unready")
    async with asyncio.timeout(90):

        async def all_ready() -> bool:
            return await ready_pods() == release.replicas

        await until(all_ready, every=1)
    say("and it came back by itself")


if __name__ == "__main__":
    chosen = Size(kills=3, restarts=False) if "--draw" in sys.argv else Size()
    with tempfile.TemporaryDirectory(prefix="samspill-") as made:
        # Pods run as another user and must get to the key store below it.
        Path(made).chmod(0o711)
        sys.exit(asyncio.run(main(chosen, Path(made))))

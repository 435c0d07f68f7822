"""The proof: install, the main job, disturbances while answers are saved, and what must fail."""

from __future__ import annotations

import asyncio
import os
import random
import re
import time
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from deploy.local.demonstration.browsing import Browser
from deploy.local.demonstration.people import Municipality
from deploy.local.installation import LocalInstallation
from deploy.local.ports import Ports, free_port
from deploy.local.services import SERVICES, until
from tests.bench.school import BenchSchool
from tests.e2e.classes import VICKERS, synthetic, vickers_chan
from tests.e2e.test_main_job import main_job

from . import disturbing, images, versions
from .answering import Ledger, Pupil, missing, steadily
from .doubles import doubles
from .forwarding import Forwarder
from .ingress import Ingress
from .kubernetes import Cluster, CommandError
from .release import NAME, Release
from .world import world_of

PUPILS: Final = 60
PER_SECOND: Final = 20.0


class ProofError(Exception):
    """A promise that did not hold."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is done."""

    kills: int = 20
    restarts: bool = True
    through_ingress: bool = True
    beside_previous: bool = True
    wrong_secret: bool = True


WHOLE: Final = Size()
DRAW: Final = Size(kills=3, restarts=False, through_ingress=False, beside_previous=False)


@dataclass(frozen=True, slots=True)
class Figures:
    """What the proof found."""

    installed_in: float
    acknowledged: int
    missing: int
    doubled: int
    failed: int
    lost_by_hasty: int
    """The control: what a service that promises before the commit lost."""

    @property
    def line(self) -> str:
        return (
            f"installed in {self.installed_in:.0f} s, answers acknowledged {self.acknowledged}, "
            f"missing {self.missing}, double {self.doubled}, requests failed {self.failed}"
        )

    @property
    def holds(self) -> bool:
        """Whether every promise held, and the control lost what it had to lose."""
        return not (self.missing or self.doubled or self.failed) and self.lost_by_hasty > 0


def say(text: str) -> None:
    """One line for the person who waits."""
    print(f"· {time.strftime('%H:%M:%S')} {text}", flush=True)


async def proven(size: Size, folder: Path) -> Figures:
    """Prove it in a namespace of its own, which is taken away afterwards. Raises ProofError."""
    tag = os.environ.get("TAG", "dev")
    await asyncio.to_thread(images.load, tag)
    await asyncio.to_thread(images.build_hasty, tag)
    await asyncio.to_thread(images.load, images.HASTY, ["responses"])
    async with AsyncExitStack() as stack:
        installation = LocalInstallation(
            folder, Ports.free(), municipality=Municipality.read(), services=()
        )
        await stack.enter_async_context(installation)
        host = os.environ["CLUSTER_HOST"]
        await _reach_from_pods(stack, installation, host)
        release = Release(_namespace("proof"), installation, host, tag)
        if size.wrong_secret:
            await _a_wrong_secret_is_named(replace(release, cluster=_namespace("wrong")))
        stack.push_async_callback(release.cluster.forget)
        return await _prove(stack, release, size)


def _namespace(purpose: str) -> Cluster:
    return Cluster(f"samspill-{purpose}-{random.randrange(10**6)}")


async def _reach_from_pods(
    stack: AsyncExitStack, installation: LocalInstallation, host: str
) -> None:
    """Let what listens on the loopback be reached at the same ports from pods."""
    parts = installation.parts
    for port in (parts.postgres.port, parts.nats.port, parts.keycloak.port):
        forwarder = Forwarder(host, port, lambda port=port: ("127.0.0.1", port))  # type: ignore[misc]
        await stack.enter_async_context(forwarder)


async def _a_wrong_secret_is_named(release: Release) -> None:
    """The install stops, soon, with the sentence that names the setting and not what it holds."""
    wrong = f"postgresql://surveys_app:not-the-password@{release.host}:{release.installation.parts.postgres.port}/surveys"
    await release.prepare(wrong={"database-surveys/app-url": wrong})
    began_at = time.monotonic()
    try:
        await release.install()
    except CommandError as error:
        seconds = time.monotonic() - began_at
        told = str(error)
        if NAME.upper() not in told:
            # Helm before version 4 leaves the job's words where they are.
            told += await release.cluster.kubectl("logs", f"job/{NAME}-surveys-migrate")
    else:
        raise ProofError("An install with a wrong secret went through.")
    finally:
        await release.cluster.forget()
    sentence = re.search(r'SAMSPILL_SURVEYS_DATABASE_URL_FILE: [^"\\\n]+', told)
    if not sentence or "not-the-password" in told:
        raise ProofError("An install with a wrong secret does not name the setting.")
    say(f"a wrong secret stopped the install after {seconds:.0f} s: {sentence[0]}")


async def _prove(stack: AsyncExitStack, release: Release, size: Size) -> Figures:
    await release.prepare()
    began_at = time.monotonic()
    await release.install()
    seconds = time.monotonic() - began_at
    say(f"installed in {seconds:.0f} s: {await _objects(release)}; {await _starts(release)}")
    gateway = await release.gateway()
    port = release.installation.parts.ports.gateway
    await stack.enter_async_context(Forwarder("127.0.0.1", port, lambda: gateway))
    async with world_of(release) as world:
        await main_job(world, vickers_chan() if VICKERS.exists() else synthetic(), "7A")
    say("the main job passed, staff and pupils in Chromium")
    if size.through_ingress:
        await _through_ingress(release, gateway)
    school = await stack.enter_async_context(_school(release))
    ledger, lost, doubled = await _answer_while_disturbed(release, school, size)
    await _comes_back(release)
    if size.beside_previous:
        await _beside_previous(release)
    hasty = await _hasty(release, school)
    return Figures(seconds, ledger.acknowledged, lost, doubled, ledger.failed, hasty)


async def _objects(release: Release) -> str:
    manifest = await release.cluster.helm("get", "manifest", NAME)
    count = manifest.count("\nkind: ")
    pods = (await release.cluster.get("pods"))["items"]
    return f"{count} objects, {len(pods)} pods"


async def _starts(release: Release) -> str:
    told = [f"{name} {await release.cluster.start_of(name):.0f} s" for name in SERVICES]
    return f"from start to ready: {', '.join(told)}"


async def _through_ingress(release: Release, gateway: tuple[str, int]) -> None:
    """The main job once more, at the https address that an ingress would have."""
    ingress = Ingress(release.installation.folder / "ingress", free_port(), gateway)
    async with ingress.open():
        await _move_to(release, ingress.address)
        async with world_of(release, ingress) as world:
            await main_job(world, synthetic(), "7B", in_chromium=2)
    await _move_to(release, release.installation.public_address)
    say("the main job passed through a TLS proxy, and the address was set back")


async def _move_to(release: Release, address: str) -> None:
    """Let people type another address: Keycloak sends them back there, and the gateway believes its forms."""
    async with release.installation.steward() as steward:
        await steward.align_address(address)
    await release.upgrade(publicAddress=address)
    await release.cluster.settled()


@asynccontextmanager
async def _school(release: Release) -> AsyncIterator[BenchSchool]:
    """The second school, which the main job leaves alone."""
    async with Browser(release.installation.public_address) as browser:
        yield await BenchSchool.prepare(release.installation, browser, number=1)


async def _begun(release: Release, school: BenchSchool, ledger: Ledger) -> list[Pupil]:
    codes = await school.codes(PUPILS)
    pupils = [Pupil(release.installation.public_address, code, ledger) for code in codes]
    for pupil in pupils:
        await pupil.begin()
    return pupils


async def _answer_while_disturbed(
    release: Release, school: BenchSchool, size: Size
) -> tuple[Ledger, int, int]:
    """Save steadily from before the first disturbance until after the last; hand in while pods die."""
    ledger = Ledger()
    pupils = await _begun(release, school, ledger)
    await _save_while(_disturb(release, size), pupils)
    say(_words(ledger))
    lost = await missing(pupils)
    kills = disturbing.kill_some(release.cluster, times=3, chance=random.Random(3))
    handing_in = asyncio.gather(*(pupil.hand_in() for pupil in pupils))
    await asyncio.gather(kills, handing_in)
    say("everybody handed in while pods were killed")
    doubled = await doubles(release.installation, answers=sum(len(p.told_saved) for p in pupils))
    return ledger, lost, doubled


async def _save_while(disturbance: Awaitable[None], pupils: Sequence[Pupil]) -> None:
    done = asyncio.Event()
    saves = steadily(pupils, Pupil.save_next, per_second=PER_SECOND, until=done)
    saving = asyncio.create_task(saves)
    try:
        await disturbance
    finally:
        done.set()
        await saving


def _words(ledger: Ledger) -> str:
    return (
        f"{ledger.acknowledged} saves acknowledged, {ledger.healed} of them after more than one"
        f" try, the slowest after {ledger.longest:.0f} s"
    )


async def _disturb(release: Release, size: Size) -> None:
    if size.restarts:
        await disturbing.restart_each(release.cluster)
        say(f"every deployment was restarted; {await _starts(release)}")
    await disturbing.kill_some(release.cluster, times=size.kills, chance=random.Random(1))
    say(f"{size.kills} pods were killed")
    await release.upgrade(logLevel="debug")
    say("the release was upgraded")


async def _comes_back(release: Release) -> None:
    """A replica that cannot reach its database becomes unready, and returns by itself."""

    async def ready(wanted: int) -> None:
        async def reached() -> bool:
            return await release.cluster.ready_replicas(f"{NAME}-responses") == wanted

        async with asyncio.timeout(90):
            await until(reached, every=1)

    async with disturbing.database_away(release.installation, "responses"):
        await ready(0)
    await ready(release.replicas)
    say("without its database responses was unready, and it came back by itself")


async def _beside_previous(release: Release) -> None:
    """Each service of the commit before takes its share beside this one."""
    commit = os.environ.get("PREVIOUS", "HEAD~1")
    await asyncio.to_thread(images.build_previous, commit)
    await asyncio.to_thread(images.load, images.PREVIOUS)
    async with versions.beside(release.cluster, images.PREVIOUS), world_of(release) as world:
        await main_job(world, synthetic(), "7C", in_chromium=0)
        silent = await versions.without_calls(release.cluster, images.PREVIOUS)
    if silent:
        raise ProofError(f"The previous {', '.join(silent)} was never called.")
    say(f"the main job passed with a pod of {commit} beside each service")


async def _hasty(release: Release, school: BenchSchool) -> int:
    """The control: responses that says "saved" before the commit loses answers when it is killed."""
    await versions.exchange(release.cluster, "responses", images.HASTY)
    ledger = Ledger()
    pupils = await _begun(release, school, ledger)

    async def disturb() -> None:
        await asyncio.sleep(5)
        for pod in await release.cluster.pods("responses"):
            await release.cluster.kubectl("delete", "pod", pod, "--grace-period=0", "--force")
        await asyncio.sleep(2)

    await _save_while(disturb(), pupils)
    await release.cluster.rolled_out(f"{NAME}-responses")
    await asyncio.sleep(5)
    lost = await missing(pupils)
    say(f"control: a service that promises too early lost {lost} of {ledger.acknowledged} answers")
    return lost

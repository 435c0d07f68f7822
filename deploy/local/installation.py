"""The supervisor: starts, watches and stops one installation, for `make run`, tests and benches."""

from __future__ import annotations

import asyncio
import fcntl
import os
import resource
import shutil
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final, Self

from deploy.local.children import Child, Keeper, Program, Say, last_words
from deploy.local.demonstration.people import Municipality
from deploy.local.install import MissingError
from deploy.local.keycloak_distribution import distribution
from deploy.local.keycloak_steward import Steward
from deploy.local.parts import Parts
from deploy.local.ports import Ports
from deploy.local.services import (
    BACKENDS,
    GATEWAY,
    SERVICES,
    answers,
    is_installed,
    migrations_of,
    until,
)
from samspill_kit.testing.certificates import Authority

PATIENCE: Final = 90.0
"""Seconds after which a part that is not ready counts as failed."""

KEYCLOAK_PATIENCE: Final = 300.0
"""Its first start makes its own tables, which takes a busy machine minutes."""

CRASHES_BEFORE_GIVING_UP: Final = 4

# Saves the first start a few retries; nothing depends on it.
STARTS_AFTER: Final = {
    "retention": None,
    "identity": "retention",
    "surveys": "identity",
    "responses": "identity",
    "reports": "identity",
    GATEWAY: "identity",
}


class NotStartedError(Exception):
    """A part did not become ready; the text names it and ends with its last words."""


class AlreadyRunningError(Exception):
    """Another supervisor works in the same folder."""


class LocalInstallation:
    """All of Samspill in one folder.

    Start it in the thread that lives longest: when that thread ends, the kernel ends the parts.
    """

    def __init__(
        self,
        folder: Path,
        ports: Ports | None = None,
        *,
        services: Sequence[str] = SERVICES,
        municipality: Municipality | None = None,
        overrides: Mapping[str, str] | None = None,
        say: Say = print,
    ) -> None:
        self.folder = folder.resolve()
        self.services = services
        self.municipality = municipality or Municipality.read()
        self._ports = ports or Ports()
        self._overrides = dict(overrides or {})
        self._begun_at = time.monotonic()
        self._say_plainly = say
        self._lock: int | None = None
        self._keepers: dict[str, Keeper] = {}
        self._ready: dict[str, Callable[[], Awaitable[bool]]] = {}
        self._became_ready = {name: asyncio.Event() for name in SERVICES}
        self._parts: Parts | None = None

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def parts(self) -> Parts:
        """Names, files and addresses of this run; there is none before `start`."""
        assert self._parts, "The installation has not been started."
        return self._parts

    @property
    def public_address(self) -> str:
        """Where the pages are."""
        return self.parts.public_address

    def password_of(self, username: str) -> str:
        """A demonstration person's password, random for each installation."""
        return self.parts.credentials.password(f"person-{username}")

    def steward(self) -> Steward:
        """Keycloak's administrator, for tests that give and take rights."""
        return Steward(self.parts.keycloak.address, self.parts.credentials.secret("keycloak-local"))

    async def start(self) -> None:
        """Start everything in order and return when every part is ready."""
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        self._ensure_complete()
        self._take_folder()
        self._ports.ensure_free()
        self._begun_at = time.monotonic()
        self._parts = Parts(self.folder, self._ports, self._overrides)
        await asyncio.to_thread(self._prepare)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._start_keycloak())
                both.create_task(self._start_samspill())
        except ExceptionGroup as errors:
            raise _first(errors) from errors

    async def stop(self) -> None:
        """Stop what runs: pages first, then services, then what they stand on; safe to repeat."""
        stands_on = ("keycloak", "nats", "postgres")
        await self._stop_all((GATEWAY,))
        await self._stop_all(name for name in self._keepers if name not in (*stands_on, GATEWAY))
        await self._stop_all(stands_on)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    async def stop_part(self, name: str) -> None:
        """Stop one part as an operator would; it stays down until `start_part`."""
        await self._keepers[name].stop()

    async def kill_part(self, name: str) -> None:
        """Kill one part as a power cut would; it stays down until `start_part`."""
        await self._keepers[name].kill()

    async def start_part(self, name: str) -> None:
        """Start a stopped part again, with the same addresses, and wait until it is ready."""
        await self._keepers[name].start()
        await self._until_ready(name)

    async def wipe(self, name: str) -> None:
        """Lose a part's volume; only NATS can be wiped, and it must be down."""
        if name != "nats" or self._keepers[name].child:
            raise ValueError("Only a stopped NATS can be wiped.")
        await asyncio.to_thread(self.parts.nats.wipe)

    def running(self) -> dict[str, int]:
        """Process id of every part that runs."""
        return {name: keeper.child.pid for name, keeper in self._keepers.items() if keeper.child}

    def say(self, text: str) -> None:
        """Tell the person who waits, with the seconds since the start."""
        self._say_plainly(f"{time.monotonic() - self._begun_at:5.1f} s  {text}")

    def _ensure_complete(self) -> None:
        missing = [service for service in self.services if not is_installed(service)]
        if missing:
            raise MissingError(f"This checkout has no {', no '.join(missing)} in services/.")

    def _take_folder(self) -> None:
        (self.folder / "log").mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(lock)
            raise AlreadyRunningError(
                f"Samspill already runs from {self.folder}. Stop it there with Ctrl-C first."
            ) from error
        self._lock = lock

    def _prepare(self) -> None:
        parts = self.parts
        parts.schools_file.write_text(self.municipality.schools_toml())
        Authority().write(parts.certificates, SERVICES)
        parts.postgres.prepare()
        parts.nats.prepare()

    async def _start_keycloak(self) -> None:
        keycloak = self.parts.keycloak
        built = await asyncio.to_thread(distribution, self.say)
        await asyncio.to_thread(keycloak.prepare, built)
        ready = partial(answers, keycloak.readiness_address)
        await self._start("keycloak", keycloak.program(built), ready, KEYCLOAK_PATIENCE)
        async with self.steward() as steward:
            await steward.align_address(self.public_address)
            await self._introduce_people(steward)

    async def _introduce_people(self, steward: Steward) -> None:
        # Once only: a right that was taken away later must not come back with the next start.
        introduced = self.folder / "people-introduced"
        if introduced.exists():
            return
        schools = [school.organisation_number for school in self.municipality.schools]
        await steward.permit_schools(schools)
        for person in self.municipality.staff:
            await steward.ensure_person(person, self.password_of(person.username))
        introduced.touch()

    async def _start_samspill(self) -> None:
        parts = self.parts
        async with asyncio.TaskGroup() as both:
            both.create_task(self._start("nats", parts.nats.program(), parts.nats.is_ready))
            both.create_task(self._start_postgres())
        async with asyncio.TaskGroup() as all_of_them:
            for service in self.services:
                all_of_them.create_task(self._start_service(service))

    async def _start_postgres(self) -> None:
        postgres = self.parts.postgres
        await self._start("postgres", postgres.program(), postgres.is_ready)
        await postgres.ensure_databases(BACKENDS)

    async def _start_service(self, name: str) -> None:
        if name != GATEWAY:
            await self._migrate(name)
        earlier = STARTS_AFTER[name]
        if earlier and earlier in self.services:
            await self._became_ready[earlier].wait()
        ready = partial(answers, self.parts.addresses.readiness(name))
        await self._start(name, self.parts.service(name), ready)
        self._became_ready[name].set()

    async def _migrate(self, name: str) -> None:
        done, wanted = self.folder / f"migrated-{name}", migrations_of(name)
        if done.exists() and done.read_text() == wanted:
            return
        program = self.parts.service(name, "migrate")
        log = self.parts.log(program.name)
        child = await Child.start(program, log)
        if code := await child.ended():
            raise NotStartedError(f"{program.name} ended with code {code}:\n{last_words(log)}")
        done.write_text(wanted)

    async def _start(
        self,
        name: str,
        program: Program,
        ready: Callable[[], Awaitable[bool]],
        patience: float = PATIENCE,
    ) -> None:
        self._keepers[name] = Keeper(program, self.parts.log(name), self.say)
        self._ready[name] = ready
        await self._keepers[name].start()
        await self._until_ready(name, patience)
        self.say(f"{name} is ready")

    async def _until_ready(self, name: str, patience: float = PATIENCE) -> None:
        keeper = self._keepers[name]
        try:
            async with asyncio.timeout(patience):
                await until(lambda: self._is_ready_or_hopeless(name))
        except TimeoutError as error:
            raise NotStartedError(
                _not_ready(name, f"within {patience:.0f} s", keeper.log)
            ) from error
        if keeper.crashes >= CRASHES_BEFORE_GIVING_UP:
            raise NotStartedError(_not_ready(name, f"in {keeper.crashes} attempts", keeper.log))

    async def _is_ready_or_hopeless(self, name: str) -> bool:
        if self._keepers[name].crashes >= CRASHES_BEFORE_GIVING_UP:
            return True
        return await self._ready[name]()

    async def _stop_all(self, names: Iterable[str]) -> None:
        keepers = [self._keepers[name] for name in names if name in self._keepers]
        await asyncio.gather(*(keeper.stop() for keeper in keepers))


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    error = errors.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error


def _not_ready(name: str, within: str, log: Path) -> str:
    return f"{name} did not become ready {within}. Its last words ({log}):\n{last_words(log)}"


def forget(folder: Path) -> None:
    """Remove an installation's data for good; refuses while it runs."""
    if not folder.exists():
        return
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder)
    except BlockingIOError as error:
        raise AlreadyRunningError("Samspill is running. Stop it with Ctrl-C first.") from error
    finally:
        os.close(lock)

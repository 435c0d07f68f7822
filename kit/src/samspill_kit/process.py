"""A service's life: start its parts in order, serve, drain on SIGTERM, stop in reverse order."""

import asyncio
import gc
import os
import resource
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final, Protocol, TypeVar, runtime_checkable

import uvloop
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from samspill_kit import logging, metrics
from samspill_kit.errors import Unavailable
from samspill_kit.settings import HostPort, OwnerSettings, ServiceSettings, SettingRefused

log = logging.get_logger(__name__)

_FIRST_PAUSE: Final = timedelta(seconds=1)
_LONGEST_PAUSE: Final = timedelta(seconds=30)
_LONGEST_START_PAUSE: Final = timedelta(seconds=5)
_BETWEEN_READINESS_CHECKS: Final = timedelta(seconds=2)


class Part(Protocol):
    """Something that is started before the service is ready and stopped when it ends."""

    async def start(self) -> None:
        """Acquire what the part needs; an error ends the process.

        Raises:
            Unavailable: what it needs does not answer yet; it is started again a little later.
        """

    async def stop(self) -> None:
        """Give everything back; called once, also after an error in another part."""


@runtime_checkable
class Drainable(Protocol):
    """A part with callers: it refuses new work and finishes what is under way."""

    async def drain(self, patience: timedelta) -> None:
        """Return when nothing is under way, or when patience has run out."""


@runtime_checkable
class Announcer(Protocol):
    """A part that tells the outside whether the service is ready."""

    async def announce(self, *, is_ready: bool) -> None:
        """Tell it from now on."""


AnyPart = TypeVar("AnyPart", bound=Part)
Check = Callable[[], Awaitable[bool]]
Work = Callable[[], Coroutine[Any, Any, None]]


class Service:
    """The parts of one process. They start in the order in which they were added."""

    def __init__(self, name: str, settings: ServiceSettings) -> None:
        self.name = name
        self._drain_for = settings.drain_for
        self._parts: list[Part] = [_OperatorPort(settings.metrics_listen, lambda: self.is_ready)]
        self._background: list[tuple[str, Work]] = []
        self._checks: list[tuple[str, Check]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._started: list[Part] = []
        self._is_up = False
        self.is_ready = False
        """What /readyz and the gRPC health service say."""

    def add(self, part: AnyPart) -> AnyPart:
        """Take a part into the service's life, and return it."""
        self._parts.append(part)
        return part

    def background(self, name: str, work: Work) -> None:
        """Run this while the service is up; after an error again, with growing pauses."""
        metrics.BACKGROUND_FAILURES.labels(name)
        self._background.append((name, work))

    def ready_when(self, name: str, check: Check) -> None:
        """Be ready only while the check holds; it is asked every two seconds."""
        self._checks.append((name, check))

    async def start(self) -> None:
        """Start every part, then the background work; what was started is stopped on an error."""
        try:
            for part in self._parts:
                await _started_when_possible(part)
                self._started.append(part)
        except BaseException:
            await self._stop_parts()
            raise
        for name, work in self._background:
            self._tasks.append(asyncio.create_task(_kept_running(name, work), name=name))
        self._is_up = True
        await self._look_at_readiness()
        self._tasks.append(asyncio.create_task(self._watch_readiness(), name="readiness"))
        # What was made until here stays; looking through it at every full collection would stop
        # the loop for tens of milliseconds.
        gc.collect()
        gc.freeze()
        log.info("Service started")

    async def stop(self) -> None:
        """Say not ready, drain, end the background work, stop the parts in reverse order."""
        self._is_up = False
        await self._announce(is_ready=False)
        log.info("Service drains")
        drained = [
            part.drain(self._drain_for) for part in self._started if isinstance(part, Drainable)
        ]
        await asyncio.gather(*drained, return_exceptions=True)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._stop_parts()
        log.info("Service stopped")

    async def run_until_told(self) -> None:
        """Serve until SIGTERM or SIGINT."""
        told = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, told.set)
        await self.start()
        await told.wait()
        await self.stop()

    async def _stop_parts(self) -> None:
        while self._started:
            part = self._started.pop()
            try:
                await part.stop()
            except Exception:
                log.exception("A part did not stop", part=type(part).__name__)

    async def _watch_readiness(self) -> None:
        while True:
            await asyncio.sleep(_BETWEEN_READINESS_CHECKS.total_seconds())
            await self._look_at_readiness()

    async def _look_at_readiness(self) -> None:
        failing = [name for name, check in self._checks if not await _holds(check)]
        is_ready = self._is_up and not failing
        if is_ready != self.is_ready:
            log.info("Readiness changed", is_ready=is_ready, failing=failing)
            await self._announce(is_ready=is_ready)

    async def _announce(self, *, is_ready: bool) -> None:
        self.is_ready = is_ready
        metrics.SERVICE_READY.set(is_ready)
        for part in self._started:
            if isinstance(part, Announcer):
                await part.announce(is_ready=is_ready)


async def _started_when_possible(part: Part) -> None:
    """Wait for a database or a neighbour that starts at the same time: alive, and not ready."""
    pause = _FIRST_PAUSE
    while True:
        try:
            await part.start()
            return
        except Unavailable as missing:
            log.warning("The start waits", part=type(part).__name__, error=missing.code)
        await asyncio.sleep(pause.total_seconds())
        pause = min(pause * 2, _LONGEST_START_PAUSE)


async def _holds(check: Check) -> bool:
    try:
        return await check()
    except Exception:
        return False


async def _kept_running(name: str, work: Work) -> None:
    pause = _FIRST_PAUSE
    while True:
        try:
            await work()
            return
        except Exception:
            metrics.BACKGROUND_FAILURES.labels(name).inc()
            log.exception("Background work failed", task=name)
        await asyncio.sleep(pause.total_seconds())
        pause = min(pause * 2, _LONGEST_PAUSE)


class _OperatorPort:
    """Answers /metrics, /readyz and /livez (also as /healthz); plain HTTP, since it tells nothing about people."""

    def __init__(self, listen: HostPort, is_ready: Callable[[], bool]) -> None:
        self._listen = listen
        self._is_ready = is_ready
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(
            self._answer, self._listen.host, self._listen.port
        )

    async def stop(self) -> None:
        if self._server:
            self._server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, TimeoutError, asyncio.IncompleteReadError, ValueError):
            async with asyncio.timeout(5):
                words = (await reader.readline()).split()
                while (await reader.readline()).strip():
                    pass
            status, content = self._response_to(words[1] if len(words) > 1 else b"")
            head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4\r\n"
            writer.write(
                f"{head}Content-Length: {len(content)}\r\nConnection: close\r\n\r\n".encode()
            )
            writer.write(content)
            await writer.drain()
        writer.close()

    def _response_to(self, target: bytes) -> tuple[str, bytes]:
        match target.partition(b"?")[0]:
            case b"/metrics":
                return "200 OK", metrics.render()
            case b"/livez" | b"/healthz":
                return "200 OK", b"alive\n"
            case b"/readyz" if self._is_ready():
                return "200 OK", b"ready\n"
            case b"/readyz":
                return "503 Service Unavailable", b"not ready\n"
            case _:
                return "404 Not Found", b""


AnySettings = TypeVar("AnySettings", bound=ServiceSettings)


def main(
    name: str,
    settings: type[AnySettings],
    *,
    serve: Callable[[AnySettings], Coroutine[Any, Any, Service]],
    migrate: Callable[[Any], Coroutine[Any, Any, None]] | None = None,
    told_first: type[OwnerSettings] = OwnerSettings,
    arguments: list[str] | None = None,
) -> int:
    """Run `serve`, `migrate` or `check-settings` and return the process' exit status: 2 for a wrong setting.

    `serve` builds the service inside the running loop; `main` starts it and waits for SIGTERM.
    `migrate` is told the owner's database, and of the service's secrets what `told_first` names.
    """
    words = sys.argv[1:] if arguments is None else arguments
    known = {"serve", "check-settings"} | ({"migrate"} if migrate else set())
    if len(words) != 1 or words[0] not in known:
        sys.stderr.write(f"usage: python -m samspill_{name} {' | '.join(sorted(known))}\n")
        return 2
    prefix = settings.model_config.get("env_prefix", "")
    try:
        if words[0] == "migrate" and migrate:
            told = told_first(_env_prefix=prefix)  # type: ignore[call-arg]  # The environment.
            return _run(name, told.log_level, migrate(told))
        chosen = settings()  # type: ignore[call-arg]  # The environment supplies them.
    except ValidationError as error:
        sys.stderr.write(_sentences_about(error, prefix))
        return 2
    if words[0] == "check-settings":
        sys.stdout.write("The settings are complete.\n")
        return 0
    return _run(name, chosen.log_level, _serving(chosen, serve))


async def _serving(
    chosen: AnySettings, serve: Callable[[AnySettings], Coroutine[Any, Any, Service]]
) -> None:
    service = await serve(chosen)
    await service.run_until_told()


def _run(name: str, log_level: str, work: Coroutine[Any, Any, None]) -> int:
    _keep_memory_private()
    logging.configure(name, level=log_level)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(work)
    except SettingRefused as refused:
        sys.stderr.write(f"SAMSPILL_{name.upper()}_{refused.setting.upper()}: {refused}\n")
        return 1 if refused.may_pass else 2
    except Exception:
        log.exception("The process ends because of an error")
        return 1
    return 0


def _sentences_about(error: ValidationError, prefix: str) -> str:
    """Say which variable is wrong and why, without repeating what it holds."""
    told = error.errors(include_url=False, include_input=False)
    return "".join(f"{_about(each, prefix)}\n" for each in told)


def _about(each: ErrorDetails, prefix: str) -> str:
    sentence = each["msg"].removeprefix("Value error, ")
    if not each["loc"]:  # About several settings together; the sentence names them itself.
        return sentence
    return f"{prefix}{'_'.join(map(str, each['loc']))}".upper() + f": {sentence}"


def _keep_memory_private() -> None:
    """No core dumps, and files that others cannot read (ARCHITECTURE.md section 4)."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)

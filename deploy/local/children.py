"""Programs that the supervisor starts, watches and stops; none of them outlives it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

LARGEST_LOG: Final = 5_000_000
"""Bytes after which a part's log is set aside at its next start; one older log is kept."""

FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 15.0
STEADY_AFTER: Final = 60.0
"""Seconds a program must have run for its earlier crashes to be forgotten."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Program:
    """What to start, and how it is asked to stop. The environment is the whole of it."""

    name: str
    words: Sequence[str | Path]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    privileges: Sequence[str] = ()
    """More options of `setpriv`: another user, fewer rights."""
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    """Sent by the kernel when the supervisor dies, however it dies."""
    stop_within: float = 20.0
    """Seconds between asking and killing."""


class Child:
    """One run of a program, in a session of its own so that Ctrl-C reaches only the supervisor."""

    def __init__(self, program: Program, process: asyncio.subprocess.Process) -> None:
        self.program = program
        self.started_at = time.monotonic()
        self._process = process

    @classmethod
    async def start(cls, program: Program, log: Path) -> Child:
        """Start the program; what it prints goes to `log`."""
        with _opened(log) as output:
            process = await asyncio.create_subprocess_exec(
                *dies_with_parent(program),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=dict(program.environment),
                cwd=program.folder,
                start_new_session=True,
            )
        return cls(program, process)

    @property
    def pid(self) -> int:
        """The program's own process id; also its process group's."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.returncode is None

    async def ended(self) -> int:
        """Wait for the end; returns the exit code, negative for a signal."""
        return await self._process.wait()

    async def stop(self) -> None:
        """Ask, wait, and at last kill the whole group; safe to repeat."""
        self._tell(self.program.stop_signal, group=False)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), self.program.stop_within)
        await self.kill()

    async def kill(self) -> None:
        """End the program and whatever it started, at once."""
        self._tell(signal.SIGKILL, group=True)
        await self._process.wait()

    def _tell(self, number: signal.Signals, *, group: bool) -> None:
        with contextlib.suppress(ProcessLookupError):
            if group:
                os.killpg(self.pid, number)
            elif self.is_running:
                self._process.send_signal(number)


def dies_with_parent(program: Program) -> list[str]:
    """The program's words behind `setpriv`, which ties its life to the supervisor's (Linux).

    A different user is taken here too: the kernel forgets the tie when the user changes later.
    """
    death = program.death_signal.name.removeprefix("SIG")
    words = ["setpriv", "--pdeathsig", death, *program.privileges]
    return [*words, "--", *map(str, program.words)]


def _opened(log: Path) -> IO[bytes]:
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".1.log"))
    return log.open("ab")


class Keeper:
    """Keeps one program running: a crash is followed by a new start, each time a little later."""

    def __init__(self, program: Program, log: Path, say: Say) -> None:
        self.program = program
        self.log = log
        self.crashes = 0
        """How often the program has ended by itself since it was started."""
        self._say = say
        self._child: Child | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def child(self) -> Child | None:
        """The present run, or None between two runs."""
        return self._child if self._child and self._child.is_running else None

    async def start(self) -> None:
        """Start the program and watch it from now on."""
        self.crashes = 0
        self._child = await Child.start(self.program, self.log)
        self._watch = asyncio.create_task(self._keep(self._child), name=f"keep {self.program.name}")

    async def stop(self) -> None:
        """Stop watching, then stop the program; safe to repeat."""
        await self._stop_watching()
        if self._child:
            await self._child.stop()

    async def kill(self, *, stay_down: bool = True) -> None:
        """Kill the program as a power cut would; it stays down unless told otherwise."""
        if stay_down:
            await self._stop_watching()
        if self._child:
            await self._child.kill()

    async def _stop_watching(self) -> None:
        if self._watch:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
            self._watch = None

    async def _keep(self, child: Child) -> None:
        pause = FIRST_PAUSE
        while True:
            code = await child.ended()
            self.crashes += 1
            if time.monotonic() - child.started_at > STEADY_AFTER:
                pause = FIRST_PAUSE
            self._say(f"{self.program.name} stopped ({_described(code)}); starting it again")
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            child = self._child = await Child.start(self.program, self.log)


def _described(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"code {code}"


def last_words(log: Path, lines: int = 5) -> str:
    """The end of a log, for the person who must find out why a part did not start."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])

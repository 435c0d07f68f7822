"""Real processes: what the supervisor starts ends with it, also when it is killed."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest

from deploy.local.children import Child, Keeper, Program, dies_with_parent, last_words

PATIENCE = 20.0

SLEEPER = (sys.executable, "-c", "import time; time.sleep(120)")

# A supervisor of its own process: starts one child and prints its process id.
SUPERVISOR = """
import asyncio, sys
from pathlib import Path
from deploy.local import children

if sys.argv[2] == "untied":
    children.dies_with_parent = lambda program: list(map(str, program.words))

async def main():
    program = children.Program("sleeper", (sys.executable, "-c", "import time; time.sleep(120)"))
    child = await children.Child.start(program, Path(sys.argv[1]))
    print(child.pid, flush=True)
    await asyncio.sleep(120)

asyncio.run(main())
"""


async def eventually(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - what is waited for happens in another process.
            await asyncio.sleep(0.02)


def lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
async def supervisor(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[list[int]]:
    """Process ids of a supervisor and of its child; the parameter says whether they are tied."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SUPERVISOR, str(tmp_path / "log"), request.param,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )  # fmt: skip
    assert process.stdout
    child = int(await process.stdout.readline())
    yield [process.pid, child]
    for pid in (process.pid, child):
        if lives(pid):
            os.kill(pid, signal.SIGKILL)
    await process.wait()


@pytest.mark.parametrize("supervisor", ["tied"], indirect=True)
async def test_a_killed_supervisor_leaves_no_process(supervisor: list[int]) -> None:
    parent, child = supervisor
    await eventually(lambda: psutil.Process(child).name() != "setpriv")

    os.kill(parent, signal.SIGKILL)

    await eventually(lambda: not lives(child))


@pytest.mark.parametrize("supervisor", ["untied"], indirect=True)
async def test_control_without_the_tie_the_child_survives(supervisor: list[int]) -> None:
    parent, child = supervisor

    os.kill(parent, signal.SIGKILL)
    await eventually(lambda: not lives(parent))
    await asyncio.sleep(0.5)

    assert lives(child)


async def test_stopping_ends_the_program_and_what_it_started(tmp_path: Path) -> None:
    grandchild = (
        "import subprocess, sys, time;"
        f"started = subprocess.Popen({list(SLEEPER)});"
        "print(started.pid, flush=True); time.sleep(120)"
    )
    log = tmp_path / "log"
    child = await Child.start(Program("parent", (sys.executable, "-c", grandchild)), log)
    await eventually(lambda: log.read_text().endswith("\n"))
    pid = int(log.read_text())

    await child.stop()

    assert not child.is_running
    await eventually(lambda: not lives(pid))


async def test_a_program_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print('deaf', flush=True); time.sleep(120)"
    )
    log = tmp_path / "log"
    program = Program("stubborn", (sys.executable, "-c", stubborn), stop_within=0.2)
    child = await Child.start(program, log)
    await eventually(lambda: "deaf" in log.read_text())

    await child.stop()

    assert await child.ended() == -signal.SIGKILL


class TestKeeper:
    """Watches one program."""

    @pytest.fixture
    async def keeper(self, tmp_path: Path) -> AsyncIterator[Keeper]:
        self.said: list[str] = []
        keeper = Keeper(Program("sleeper", SLEEPER), tmp_path / "log", self.said.append)
        await keeper.start()
        yield keeper
        await keeper.stop()

    async def test_a_crash_is_followed_by_a_new_start(self, keeper: Keeper) -> None:
        assert keeper.child
        first = keeper.child.pid
        os.kill(first, signal.SIGKILL)

        await eventually(lambda: keeper.child is not None and keeper.child.pid != first)

        assert keeper.crashes == 1
        assert self.said == ["sleeper stopped (signal 9); starting it again"]

    async def test_a_part_that_was_killed_on_purpose_stays_down(self, keeper: Keeper) -> None:
        await keeper.kill()
        await asyncio.sleep(1.0)

        assert keeper.child is None
        assert self.said == []

    async def test_a_stopped_part_starts_again_when_asked(self, keeper: Keeper) -> None:
        await keeper.stop()
        await keeper.start()

        assert keeper.child


async def test_a_program_gets_nothing_from_the_supervisors_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMSPILL_SECRET_OF_THE_SHELL", "x")
    log = tmp_path / "log"
    show = (sys.executable, "-c", "import os; print(sorted(os.environ))")
    child = await Child.start(Program("show", show, environment={"SHOWN": "1"}), log)
    await child.ended()

    assert "SHOWN" in last_words(log)
    assert "SECRET_OF_THE_SHELL" not in last_words(log)


def test_the_tie_and_fewer_rights_come_before_the_program() -> None:
    program = Program("server", ("server", "--port"), privileges=("--reuid=nobody",))

    words = dies_with_parent(program)

    assert words == ["setpriv", "--pdeathsig", "KILL", "--reuid=nobody", "--", "server", "--port"]


def test_last_words_are_the_end_of_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("\n".join(f"line {number}" for number in range(20)))

    assert last_words(log, lines=2) == "line 18\nline 19"
    assert last_words(tmp_path / "none") == ""

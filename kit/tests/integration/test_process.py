"""A service's process: settings, readiness, draining on SIGTERM."""

import asyncio
import os
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from samspill_kit.errors import Unavailable
from samspill_kit.grpc import Channel
from samspill_kit.process import Service
from samspill_kit.settings import HostPort
from samspill_kit.testing.certificates import Authority
from samspill_kit.testing.children import free_port

SCRIPT = Path(__file__).with_name("draining_service.py")


class Process:
    """The sample service as an operator would start it."""

    def __init__(self, contract: SimpleNamespace, authority: Authority, folder: Path) -> None:
        authority.write(folder, ["notes", "gateway"])
        self.contract = contract
        self.rpc = HostPort("127.0.0.1", free_port())
        self.metrics = HostPort("127.0.0.1", free_port())
        self.environment = {
            "SAMSPILL_NOTES_INSTALLATION": "samspill-test",
            "SAMSPILL_NOTES_TLS_DIRECTORY": str(folder / "notes"),
            "SAMSPILL_NOTES_RPC_LISTEN": str(self.rpc),
            "SAMSPILL_NOTES_METRICS_LISTEN": str(self.metrics),
            "SAMSPILL_NOTES_SLOW_FOR": "PT1S",
        }
        self.channel = Channel("notes", self.rpc, authority.tls("gateway"))
        self.child: asyncio.subprocess.Process | None = None

    async def start(self, command: str = "serve") -> asyncio.subprocess.Process:
        contract_folder = str(Path(self.contract.pb.__file__).parent)
        self.child = await asyncio.create_subprocess_exec(
            sys.executable,
            str(SCRIPT),
            contract_folder,
            command,
            env=os.environ | self.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        return self.child

    async def until_ready(self) -> None:
        async with asyncio.timeout(20):
            # Only the operator's port tells, as it would an orchestrator.
            while await asyncio.to_thread(self.status_of, "/readyz") != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    def status_of(self, path: str) -> int:
        try:
            with urllib.request.urlopen(f"http://{self.metrics}{path}", timeout=2) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    async def erase(self) -> str:
        stub = self.channel.stub(self.contract.pb_grpc.NoteInternalServiceStub)
        return str((await stub.EraseNote(self.contract.pb.EraseNoteRequest())).seen)


@pytest.fixture
async def process(
    contract: SimpleNamespace, authority: Authority, tmp_path: Path
) -> AsyncIterator[Process]:
    process = Process(contract, authority, tmp_path)
    yield process
    await process.channel.stop()
    if process.child and process.child.returncode is None:
        process.child.kill()
        await process.child.wait()


async def test_sigterm_finishes_the_call_under_way_and_takes_no_new_one(process: Process) -> None:
    child = await process.start()
    await process.until_ready()
    under_way = asyncio.create_task(process.erase())
    assert child.stderr is not None
    assert await child.stderr.readline() == b"began\n"
    child.send_signal(signal.SIGTERM)
    await asyncio.sleep(0.3)
    with pytest.raises(Unavailable):
        await process.erase()
    assert process.status_of("/readyz") != 200
    assert await under_way == "done"
    async with asyncio.timeout(10):
        assert await child.wait() == 0


async def test_the_operators_port_tells_readiness_and_metrics(process: Process) -> None:
    await process.start()
    await process.until_ready()
    await process.erase()
    assert await asyncio.to_thread(process.status_of, "/livez") == 200
    assert await asyncio.to_thread(process.status_of, "/elsewhere") == 404
    with await asyncio.to_thread(
        urllib.request.urlopen, f"http://{process.metrics}/metrics"
    ) as answer:
        told = answer.read().decode()
    method = "kitsample.v1.NoteInternalService/EraseNote"
    assert f'samspill_rpc_server_seconds_count{{method="{method}"}} 1.0' in told
    assert f'samspill_rpc_server_calls_total{{method="{method}",outcome="ok"}} 1.0' in told
    # There before the first failure, so that a rate sees it.
    assert f'samspill_rpc_server_calls_total{{method="{method}",outcome="internal"}} 0.0' in told
    assert "samspill_service_ready 1.0" in told
    assert "_created" not in told


async def test_a_missing_setting_is_named_and_nothing_is_repeated(process: Process) -> None:
    del process.environment["SAMSPILL_NOTES_SLOW_FOR"]
    process.environment["SAMSPILL_NOTES_RPC_LISTEN"] = "secret nonsense"
    child = await process.start("check-settings")
    _, complaint = await child.communicate()
    assert child.returncode == 2
    assert b"SAMSPILL_NOTES_SLOW_FOR: Field required" in complaint
    assert b"SAMSPILL_NOTES_RPC_LISTEN" in complaint
    assert b"nonsense" not in complaint


async def test_complete_settings_are_said_to_be_so(process: Process) -> None:
    child = await process.start("check-settings")
    told, _ = await child.communicate()
    assert child.returncode == 0
    assert told == b"The settings are complete.\n"


async def test_an_unknown_command_gets_the_usage(process: Process) -> None:
    child = await process.start("dance")
    _, complaint = await child.communicate()
    assert child.returncode == 2
    assert b"usage: python -m samspill_notes" in complaint


class NeighbourAway(Unavailable):
    code = "neighbour_away"


class Waiting:
    """A part whose neighbour is not there at the first look."""

    def __init__(self, error: Exception) -> None:
        self.error: Exception | None = error
        self.was_looked_at = asyncio.Event()

    async def start(self) -> None:
        if error := self.error:
            self.error = None
            self.was_looked_at.set()
            raise error

    async def stop(self) -> None:
        """Nothing to give back."""


def service_with(part: Waiting) -> tuple[Service, HostPort]:
    listen = HostPort("127.0.0.1", free_port())
    told: Any = SimpleNamespace(metrics_listen=listen, drain_for=timedelta(seconds=1))
    service = Service("notes", told)
    service.add(part)
    return service, listen


async def test_a_start_waits_for_a_neighbour_alive_and_not_ready() -> None:
    part = Waiting(NeighbourAway())
    service, listen = service_with(part)

    async def status_of(path: str) -> bytes:
        reader, writer = await asyncio.open_connection(listen.host, listen.port)
        writer.write(f"GET {path} HTTP/1.1\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        return answer.split(b" ", 2)[1]

    starting = asyncio.create_task(service.start())
    await asyncio.wait_for(part.was_looked_at.wait(), timeout=10)
    assert (await status_of("/livez"), await status_of("/readyz")) == (b"200", b"503")
    await starting
    assert await status_of("/readyz") == b"200"
    await service.stop()


async def test_a_start_ends_over_any_other_error() -> None:
    service, _ = service_with(Waiting(ValueError("a bug")))
    with pytest.raises(ValueError, match="a bug"):
        await service.start()

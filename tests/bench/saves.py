"""Saves alone, on the running system and beside it on the bare pipeline, with the same answers."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import asyncpg

from deploy.local.children import Child, Program
from deploy.local.install import ROOT
from deploy.local.installation import LocalInstallation
from deploy.local.ports import free_port
from deploy.local.services import until
from tests.bench.bare import TABLE
from tests.bench.connection import Connection
from tests.bench.load import all_of
from tests.bench.processes import Processes
from tests.bench.pupils import AUTOSAVES, JSON, OpenPage, Stopwatch, begin

DATABASE: Final = "bare"
ENVIRONMENT: Final = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8"}


@dataclass(slots=True)
class Written:
    """What one side wrote in all rounds."""

    saves: int = 0
    rows: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    """CPU seconds of the servers, PostgreSQL among them, without the load."""

    def add(self, pages: Sequence[OpenPage], seconds: float, cpu: float) -> None:
        self.saves += AUTOSAVES * len(pages)
        self.rows += sum(len(page.answers) for page in pages)
        self.seconds += seconds
        self.cpu += cpu


@dataclass(slots=True)
class Comparison:
    """Both sides over the same rounds, so that a machine's moods meet both."""

    samspill: Written = field(default_factory=Written)
    bare: Written = field(default_factory=Written)

    @property
    def ratio(self) -> float:
        """Rows a second of Samspill as a share of the bare pipeline's."""
        ours = self.samspill.rows / self.samspill.seconds
        return ours / (self.bare.rows / self.bare.seconds)


@dataclass(frozen=True, slots=True)
class BarePipeline:
    """Where it listens, and who works for it."""

    address: str
    processes: Processes


async def compare(
    installation: LocalInstallation,
    processes: Processes,
    rounds: Iterable[Sequence[str]],
    *,
    at_once: int,
) -> Comparison:
    """Save every code's answers in six parts, once through the pages and once barely."""
    comparison = Comparison()
    async with _bare_pipeline(installation) as bare:
        for codes in rounds:
            opened = await _opened(installation.public_address, codes)
            pages = [page for _, page in opened]
            await _save(opened, pages, processes, comparison.samspill, at_once=at_once)
            await _save_barely(bare, pages, comparison.bare, at_once=at_once)
    return comparison


async def _save(
    opened: Sequence[tuple[Connection, OpenPage]],
    pages: Sequence[OpenPage],
    processes: Processes,
    written: Written,
    *,
    at_once: int,
) -> None:
    async def save(pupil: tuple[Connection, OpenPage]) -> None:
        connection, page = pupil
        for content in page.saves(AUTOSAVES):
            await connection.post("/elev/lagre", content, JSON)
        connection.close()

    before = _servers_cpu(processes)
    seconds = await all_of(opened, save, at_once=at_once)
    written.add(pages, seconds, _servers_cpu(processes) - before)


async def _save_barely(
    bare: BarePipeline, pages: Sequence[OpenPage], written: Written, *, at_once: int
) -> None:
    connections = [await Connection.open(bare.address) for _ in pages]

    async def save(pupil: tuple[Connection, OpenPage]) -> None:
        connection, page = pupil
        path = f"/save/{uuid4()}"
        for content in page.saves(AUTOSAVES):
            await connection.post(path, content, JSON)
        connection.close()

    before = _servers_cpu(bare.processes)
    pupils = list(zip(connections, pages, strict=True))
    seconds = await all_of(pupils, save, at_once=at_once)
    written.add(pages, seconds, _servers_cpu(bare.processes) - before)


async def _opened(address: str, codes: Sequence[str]) -> list[tuple[Connection, OpenPage]]:
    opened: list[tuple[Connection, OpenPage]] = []

    async def open_page(code: str) -> None:
        opened.append(await begin(address, code, Stopwatch()))

    await all_of(codes, open_page, at_once=8)
    return opened


def _servers_cpu(processes: Processes) -> float:
    return sum(used for name, used in processes.cpu_seconds().items() if name != "load")


@asynccontextmanager
async def _bare_pipeline(installation: LocalInstallation) -> AsyncIterator[BarePipeline]:
    url = await _database(installation)
    rows_port, http_port = free_port(), free_port()
    log = installation.folder / "log" / "bare.log"
    children: dict[str, Child] = {}
    try:
        children["rows"] = await _started(["rows", rows_port], log, {"BARE_DATABASE": url})
        children["http"] = await _started(["http", http_port, rows_port], log, {})
        for port in (rows_port, http_port):
            async with asyncio.timeout(30):
                await until(lambda port=port: _listens(port))  # type: ignore[misc]
        ids = {name: child.pid for name, child in children.items()}
        ids["postgres"] = installation.running()["postgres"]
        yield BarePipeline(f"http://localhost:{http_port}", Processes(ids))
    finally:
        for child in children.values():
            await child.stop()


async def _database(installation: LocalInstallation) -> str:
    """Make the table in a database of its own on the same server; returns its address."""
    server = installation.parts.postgres
    password = server.credentials.secret("postgres")
    address = f"postgresql://postgres:{password}@127.0.0.1:{server.port}"
    for database, statement in (("postgres", f"CREATE DATABASE {DATABASE}"), (DATABASE, TABLE)):
        connection: Any = await asyncpg.connect(f"{address}/{database}")  # type: ignore[no-untyped-call]
        await connection.execute(statement)
        await connection.close()
    return f"{address}/{DATABASE}"


async def _started(words: Sequence[object], log: Path, told: dict[str, str]) -> Child:
    command = (sys.executable, "-m", "tests.bench.bare", *map(str, words))
    return await Child.start(Program("bare", command, ENVIRONMENT | told, ROOT), log)


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True

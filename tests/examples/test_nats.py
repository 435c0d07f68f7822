"""NATS as the examples set it up, on a real server: who may tell what, and that nobody takes it back."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nats
import pytest
import yaml
from nats.errors import TimeoutError as NatsTimeoutError

from deploy.local.credentials import Credentials
from deploy.local.nats import Nats
from samspill_kit.events.streams import STREAMS
from samspill_kit.testing.children import LOOPBACK, free_port, stop_child, supervised
from samspill_kit.testing.nats import BINARY

from .made import EXAMPLES, make_secrets

CONFIGURATION = (EXAMPLES / "nats" / "nats-server.conf").read_text()
VALUES: dict[str, Any] = yaml.safe_load((EXAMPLES / "nats" / "values.yaml").read_text())
TELLING = ("identity", "surveys", "responses", "retention")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server and the addresses that `secrets.sh` made for it."""

    folder: Path
    port: int

    def url_file(self, user: str) -> Path:
        return self.folder / "samspill" / f"nats-{user}" / "url"

    @asynccontextmanager
    async def client(self, user: str) -> AsyncIterator[tuple[Any, list[str]]]:
        """A connection, and what the server has refused it."""
        refused: list[str] = []

        async def note(error: Exception) -> None:
            refused.append(str(error).lower())

        client = await nats.connect(self.url_file(user).read_text(), error_cb=note)
        try:
            yield client, refused
        finally:
            await client.close()


@contextmanager
def running(folder: Path, configuration: str) -> Iterator[Server]:
    """nats-server with the passwords in its environment, as the chart and the plain file have it."""
    port = free_port()
    secrets = folder / "secrets"
    make_secrets(secrets, NATS=f"{LOOPBACK}:{port}")
    passwords = {
        f"NATS_{each.name.upper()}": each.read_text()
        for each in (secrets / "samspill-stores" / "nats-users").iterdir()
    }
    file = folder / "nats-server.conf"
    file.write_text(
        configuration.replace("0.0.0.0:4222", f"{LOOPBACK}:{port}").replace(
            "/var/lib/nats", str(folder / "store")
        )
    )
    with (folder / "log").open("wb") as log:
        child = subprocess.Popen(
            [*supervised(), str(BINARY), "-c", str(file)],
            env={"PATH": os.environ["PATH"], **passwords},
            stdout=log,
            stderr=log,
        )
    try:
        _wait(port, child, folder / "log")
        yield Server(secrets, port)
    finally:
        stop_child(child, signal_number=signal.SIGTERM)


def _wait(port: int, child: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 15
    while time.monotonic() < until and child.poll() is None:
        if b"Server is ready" in log.read_bytes():
            return
        time.sleep(0.05)
    raise AssertionError(log.read_text())


def declare(server: Server, user: str) -> subprocess.CompletedProcess[str]:
    """The chart's job, with that user's address."""
    told = {"SAMSPILL_STREAMS_NATS_URL_FILE": str(server.url_file(user))}
    words = [sys.executable, "-m", "samspill_kit.events"]
    environment = {"PATH": os.environ["PATH"], **told}
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("nats"), CONFIGURATION) as server:
        declared = declare(server, "streams")
        assert declared.returncode == 0, declared.stderr
        yield server


async def test_the_streams_user_makes_every_stream(server: Server) -> None:
    async with server.client("surveys") as (client, _):
        jetstream = client.jetstream()
        for stream in STREAMS.values():
            assert (await jetstream.stream_info(stream.name)).config.subjects == [stream.subjects]


def test_making_the_streams_again_is_harmless(server: Server) -> None:
    assert declare(server, "streams").returncode == 0


@pytest.mark.parametrize("user", TELLING)
async def test_a_service_tells_its_own_facts_and_no_others(server: Server, user: str) -> None:
    async with server.client(user) as (client, refused):
        jetstream = client.jetstream(timeout=5)
        told = await jetstream.publish(f"samspill.{user}.thing.happened.v1", b"")
        assert told.stream == user.upper()
        assert refused == []

        other = next(each for each in TELLING if each != user)
        with pytest.raises(NatsTimeoutError):
            await client.request(f"samspill.{other}.thing.happened.v1", b"", timeout=0.5)
        assert "permissions violation" in refused[0]


async def test_the_streams_user_tells_nothing(server: Server) -> None:
    async with server.client("streams") as (client, refused):
        with pytest.raises(NatsTimeoutError):
            await client.request("samspill.surveys.thing.happened.v1", b"", timeout=0.5)
        assert "permissions violation" in refused[0]


@pytest.mark.parametrize("user", [*TELLING, "streams"])
async def test_nobody_takes_back_what_was_told(server: Server, user: str) -> None:
    async with server.client(user) as (client, refused):
        # The user of the job may change streams: that is what it is for.
        tried = attempts()[1:] if user == "streams" else attempts()
        for attempt in tried:
            with pytest.raises(NatsTimeoutError):
                await client.request(*attempt, timeout=0.5)
        assert len(refused) == len(tried)
        assert all("permissions violation" in each for each in refused)


def attempts() -> list[tuple[str, bytes]]:
    shrunk = {"name": "SURVEYS", "subjects": ["samspill.surveys.>"], "max_msgs": 1}
    return [
        ("$JS.API.STREAM.UPDATE.SURVEYS", json.dumps(shrunk).encode()),
        ("$JS.API.STREAM.PURGE.SURVEYS", b""),
        ("$JS.API.STREAM.MSG.DELETE.SURVEYS", json.dumps({"seq": 1}).encode()),
        ("$JS.API.STREAM.DELETE.SURVEYS", b""),
    ]


async def test_without_the_refusals_everything_could_be_taken_back(tmp_path: Path) -> None:
    """The control: it is these lines of the example that hold, not something else."""
    permitting = re.sub(r"\n\s*deny: \[.*\]", "", CONFIGURATION)
    assert permitting != CONFIGURATION
    with running(tmp_path, permitting) as server:
        assert declare(server, "streams").returncode == 0
        async with server.client("surveys") as (client, refused):
            await client.jetstream(timeout=5).publish("samspill.surveys.thing.happened.v1", b"")
            for attempt in attempts():
                answer = json.loads((await client.request(*attempt, timeout=2)).data)
                # A message that the purge before it took is not found; the question was let through.
                done = answer.get("success") or answer.get("config", {}).get("max_msgs") == 1
                assert done or answer["error"]["err_code"] == 10057, answer
            assert refused == []


def test_a_user_who_is_not_let_in_gets_one_sentence(server: Server, tmp_path: Path) -> None:
    stranger = Server(tmp_path, server.port)
    make_secrets(tmp_path, NATS=f"{LOOPBACK}:{server.port}")
    words = [sys.executable, "-m", "samspill_kit.events"]
    told = {"SAMSPILL_STREAMS_NATS_URL_FILE": str(stranger.url_file("streams"))}
    environment = {"PATH": os.environ["PATH"], **told}
    ended = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    sentence = "SAMSPILL_STREAMS_NATS_URL_FILE: NATS refuses this user or its password\n"
    assert ended.stderr.endswith(sentence)


def test_services_have_the_rights_that_they_have_on_one_machine(tmp_path: Path) -> None:
    local = Nats(tmp_path, 1, Credentials(tmp_path / "secrets"), TELLING)
    local.prepare()
    written = json.loads((tmp_path / "nats.conf").read_text())
    wanted = {user["user"]: user["permissions"] for user in written["authorization"]["users"]}
    assert {user: rights for user, rights in _users().items() if user != "streams"} == wanted


def _users() -> dict[str, Any]:
    users = VALUES["config"]["merge"]["authorization"]["users"]
    return {user["user"]: user["permissions"] for user in users}


async def test_the_charts_values_let_in_as_the_plain_file_does(tmp_path: Path) -> None:
    """The chart writes its configuration as JSON, in which `<< … >>` loses its quotes."""
    config = VALUES["config"]
    written = {
        "listen": "0.0.0.0:4222",
        "jetstream": {"store_dir": "/var/lib/nats", **config["jetstream"]["merge"]},
        **config["merge"],
    }
    text = re.sub(r'"<<\s*(.*?)\s*>>"', r"\1", json.dumps(written))
    assert '"$NATS' not in text
    with running(tmp_path, text) as server:
        assert declare(server, "streams").returncode == 0
        async with server.client("retention") as (client, refused):
            await client.jetstream(timeout=5).publish("samspill.retention.x.happened.v1", b"")
            for attempt in attempts():
                with pytest.raises(NatsTimeoutError):
                    await client.request(*attempt, timeout=0.3)
            assert len(refused) == len(attempts())


def test_what_is_acknowledged_is_on_disk() -> None:
    assert re.search(r"^\s*sync_interval: always$", CONFIGURATION, re.MULTILINE)
    jetstream = VALUES["config"]["jetstream"]
    assert jetstream["merge"]["sync_interval"] == "always"
    assert jetstream["fileStore"]["enabled"]
    assert VALUES["config"]["cluster"] == {"enabled": True, "replicas": 3}

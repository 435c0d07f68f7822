"""The command that makes the streams before anything serves (SPEC O1)."""

import os
import subprocess
import sys
from pathlib import Path

from samspill_kit.events import STREAMS, EventBus
from samspill_kit.testing.nats import NatsServer


def declare(folder: Path, url: str, **told: str) -> subprocess.CompletedProcess[str]:
    file = folder / "url"
    file.write_text(url)
    environment = {**os.environ, "SAMSPILL_STREAMS_NATS_URL_FILE": str(file), **told}
    words = [sys.executable, "-m", "samspill_kit.events"]
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False)


async def test_every_stream_is_made_and_making_them_again_is_harmless(
    nats_server: NatsServer, tmp_path: Path
) -> None:
    url = nats_server.url("administrator")
    assert declare(tmp_path, url).returncode == 0
    assert declare(tmp_path, url).returncode == 0

    bus = EventBus("test", url)
    await bus.start()
    jetstream = await bus.stream()
    for stream in STREAMS.values():
        assert (await jetstream.stream_info(stream.name)).config.subjects == [stream.subjects]
    await bus.stop()


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    told = declare(tmp_path, "nats://x:y@127.0.0.1:4222", SAMSPILL_STREAMS_STREAM_REPLICAS="many")
    assert told.returncode == 2
    assert "SAMSPILL_STREAMS_STREAM_REPLICAS" in told.stderr


def test_a_wrong_user_and_too_many_copies_are_named(
    nats_server: NatsServer, tmp_path: Path
) -> None:
    right = nats_server.url("administrator")
    wrong = f"nats://somebody:secret@{right.rpartition('@')[2]}"
    refused = declare(tmp_path, wrong)
    assert (refused.returncode, refused.stderr.count("secret")) == (2, 0)
    assert "SAMSPILL_STREAMS_NATS_URL_FILE: NATS refuses this user" in refused.stderr
    too_many = declare(tmp_path, right, SAMSPILL_STREAMS_STREAM_REPLICAS="3")
    assert too_many.returncode == 2
    assert "SAMSPILL_STREAMS_STREAM_REPLICAS: NATS answers: replicas > 1" in too_many.stderr

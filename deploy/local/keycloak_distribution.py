"""Keycloak's distribution: fetched by Maven, checked, built once, kept for all installations."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import httpx

from deploy.local.children import Program, Say, dies_with_parent, last_words
from deploy.local.credentials import Credentials
from deploy.local.install import MissingError, keycloak_folder
from deploy.local.keycloak import REHEARSED_CLASSES, REHEARSED_TABLES, Keycloak, link_distribution
from deploy.local.ports import free_port

VERSION: Final = "26.7.3"
SHA256: Final = "77657f30b7e90d70f727712ce1c967f430fd6a5e9f458d32d8c6df0635345f47"
ARTIFACT: Final = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:tar.gz"

REHEARSAL_PATIENCE: Final = 300
"""Seconds."""

# What one machine does not use is left out of the build: memory and seconds at each start.
BUILD_OPTIONS: Final = (
    "--db=dev-file",
    "--cache=local",
    "--health-enabled=true",
    "--features-disabled=kerberos,device-flow,ciba,par,organization",
)


def distribution(say: Say) -> Path:
    """The folder of the built distribution, made when it is not there yet (about a minute)."""
    kept = keycloak_folder()
    ready = kept / VERSION
    with _alone(kept):
        if not _is_built(ready):
            with tempfile.TemporaryDirectory(dir=kept, prefix=f".{VERSION}-") as folder:
                _make(Path(folder), ready, say)
    return ready


def _make(folder: Path, ready: Path, say: Say) -> None:
    say(f"Fetching Keycloak {VERSION} (170 MB, the first time only)")
    archive = _fetched(folder)
    _run("tar", "-xzf", str(archive), "-C", str(folder), "--no-same-owner")
    say("Building Keycloak (a minute or two, the first time only)")
    unpacked = folder / f"keycloak-{VERSION}"
    _run(str(unpacked / "bin" / "kc.sh"), "build", *BUILD_OPTIONS)
    shutil.rmtree(ready, ignore_errors=True)
    unpacked.rename(ready)
    _rehearse(ready, folder)
    (ready / "built").write_text(_build())


def _rehearse(ready: Path, folder: Path) -> None:
    """Start and stop once, to keep the empty tables and the archive of loaded classes.

    No realm and no administrator are made: each installation starts from tables without people.
    """
    rehearsal = Keycloak(
        home=folder / "home",
        credentials=Credentials(folder / "secrets"),
        port=free_port(),
        health_port=free_port(),
        public_address="http://localhost",
    )
    link_distribution(rehearsal.home, ready)
    words = _tied(*rehearsal.java(ready, f"-XX:ArchiveClassesAtExit={ready / REHEARSED_CLASSES}"))
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            words, env=rehearsal.environment(), cwd=rehearsal.home, stdout=log, stderr=log
        ) as server,
    ):
        try:
            _wait_until_ready(server, rehearsal.readiness_address)
        except MissingError as error:
            raise MissingError(f"{error}:\n{last_words(folder / 'log')}") from error
        finally:
            server.terminate()
    (rehearsal.home / "data" / "h2").rename(ready / REHEARSED_TABLES)


def _wait_until_ready(server: subprocess.Popen[bytes], address: str) -> None:
    for _ in range(REHEARSAL_PATIENCE):
        if server.poll() is not None:
            break
        with suppress(httpx.TransportError):
            if httpx.get(address, timeout=5).is_success:
                return
        time.sleep(1)
    raise MissingError("Keycloak could not be started for the first time")


def _fetched(folder: Path) -> Path:
    if not shutil.which("mvn"):
        raise MissingError("Keycloak is fetched by Maven: sudo apt-get install maven")
    _run(
        "mvn",
        "-q",
        "-B",
        "dependency:copy",
        f"-Dartifact={ARTIFACT}",
        f"-DoutputDirectory={folder}",
    )
    archive = folder / f"keycloak-quarkus-dist-{VERSION}.tar.gz"
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != SHA256:
        raise MissingError(f"Keycloak's archive is not the expected one (SHA-256 {found}).")
    return archive


def _run(*words: str) -> None:
    finished = subprocess.run(_tied(*words), capture_output=True, text=True, check=False)
    if finished.returncode:
        said = "\n".join((finished.stdout + finished.stderr).splitlines()[-5:])
        raise MissingError(f"Keycloak could not be prepared: {Path(words[0]).name} said\n{said}")


def _tied(*words: str) -> list[str]:
    return dies_with_parent(Program(name=words[0], words=words))


def _build() -> str:
    return f"{VERSION} {' '.join(BUILD_OPTIONS)}, rehearsed\n"


def _is_built(ready: Path) -> bool:
    stamp = ready / "built"
    return stamp.exists() and stamp.read_text() == _build()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)

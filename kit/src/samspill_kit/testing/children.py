"""Server programs as child processes that never outlive whoever started them."""

import os
import shutil
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

LOOPBACK: Final = "127.0.0.1"
UNPRIVILEGED: Final = "nobody"


def free_port() -> int:
    """Return a port of the loopback that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def supervised(*, unprivileged: bool = False) -> list[str]:
    """Words before a command: it dies with its starter, and does not run as root if told so."""
    words = [shutil.which("setpriv") or "/usr/bin/setpriv", "--pdeathsig=QUIT"]
    return [*words, *fewer_rights()] if unprivileged else words


def fewer_rights() -> list[str]:
    """Options of setpriv that turn root into nobody; none for an ordinary user.

    One capability stays: it lets the program reach a checkout below root's closed home folder. It
    counts for access(2) too, which PostgreSQL asks, only while a change of user leaves capabilities
    alone. No user namespace is needed, which containers refuse.
    """
    if os.geteuid() != 0:
        return []
    return [
        f"--reuid={UNPRIVILEGED}",
        "--regid=nogroup",
        "--clear-groups",
        "--inh-caps=-all,+dac_override",
        "--ambient-caps=-all,+dac_override",
        "--bounding-set=-all,+dac_override",
        "--securebits=+no_setuid_fixup",
        "--no-new-privs",
    ]


def give_to_unprivileged(path: Path) -> None:
    """Let the program that runs as nobody own this file or folder."""
    if os.geteuid() == 0:
        shutil.chown(path, UNPRIVILEGED, "nogroup")


def start_child(
    words: Sequence[object], *, output: Path, cwd: Path = Path("/"), unprivileged: bool = False
) -> subprocess.Popen[bytes]:
    """Start a program in a process group of its own; it is killed when the starter dies."""
    with output.open("ab") as sink:
        return subprocess.Popen(  # noqa: S603  # Our own words alone.
            [*supervised(unprivileged=unprivileged), *(str(word) for word in words)],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            start_new_session=True,
        )


def stop_child(child: subprocess.Popen[bytes], *, signal_number: int, within: float = 10) -> None:
    """Ask the program to end, and end it when it does not."""
    if child.poll() is None:
        child.send_signal(signal_number)
        try:
            child.wait(within)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

"""`python -m deploy.local run | reset`: what `make run` and `make reset` call."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys

from deploy.local.demonstration.load import Demonstration
from deploy.local.install import ROOT, MissingError
from deploy.local.installation import (
    AlreadyRunningError,
    LocalInstallation,
    NotStartedError,
    forget,
)
from deploy.local.ports import Ports, PortTakenError

FOLDER = ROOT / "var"
CLEAR_ERRORS = (AlreadyRunningError, MissingError, NotStartedError, PortTakenError)


def main() -> int:
    """Run or reset; what a person can put right is told in one sentence."""
    chosen = _arguments()
    try:
        if chosen.command == "reset":
            forget(FOLDER)
            _say("The demonstration data are gone.")
        else:
            asyncio.run(_run(Ports(chosen.port, chosen.keycloak_port)))
    except CLEAR_ERRORS as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.local")
    parser.add_argument("command", choices=("run", "reset"))
    parser.add_argument("--port", type=int, default=Ports().gateway)
    parser.add_argument("--keycloak-port", type=int, default=Ports().keycloak)
    return parser.parse_args()


async def _run(ports: Ports) -> None:
    installation = LocalInstallation(FOLDER, ports, say=_say)
    told_to_stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, told_to_stop.set)
    starting = asyncio.create_task(_start(installation))
    stopping = asyncio.create_task(told_to_stop.wait())
    try:
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            _introduce(installation, await starting)
            await stopping
    finally:
        _say("Stopping")
        starting.cancel()
        await asyncio.wait({starting})
        await installation.stop()


async def _start(installation: LocalInstallation) -> list[str]:
    """Start everything, load the demonstration, return two unused access codes."""
    await installation.start()
    demonstration = Demonstration(
        address=installation.public_address,
        municipality=installation.municipality,
        password_of=installation.password_of,
        marker=FOLDER / "demonstration-loaded",
        say=installation.say,
    )
    return await demonstration.load()


def _introduce(installation: LocalInstallation, codes: list[str]) -> None:
    school = installation.municipality.schools[0]
    _say(f"Samspill is ready: {installation.public_address}")
    people = (
        ("Leader", school.leaders[0]),
        ("Teacher", school.teachers[0]),
        ("Municipality", installation.municipality.administrators[0]),
    )
    for title, person in people:
        _say(f"{title}: {person.username}  {installation.password_of(person.username)}")
    _say(f"Unused access codes: {'  '.join(codes)}")


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())

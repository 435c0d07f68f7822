"""Builds the image of each service and says how long it took and how large it is."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from deploy.image import base
from deploy.local.install import MissingError

ROOT: Final = Path(__file__).parents[2]
SERVICES: Final = ("gateway", "identity", "surveys", "responses", "reports", "retention")
AUTHORITIES: Final = Path("/etc/ssl/certs/ca-certificates.crt")


def main() -> None:
    """Build what is asked for; the first image that cannot be built ends the run."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("services", nargs="*", default=SERVICES, help="which, of the six")
    asked.add_argument("--python-image", default=os.environ.get("PYTHON_IMAGE"))
    asked.add_argument("--tag", default="dev")
    asked.add_argument("--source", type=Path, default=ROOT, help="a checkout of another commit")
    chosen = asked.parse_args()
    try:
        _demand_engine()
        python_image = chosen.python_image or base.made(docker())
    except MissingError as error:
        sys.exit(str(error))
    for service in chosen.services:
        build(service, python_image=python_image, tag=chosen.tag, source=chosen.source)


def build(service: str, *, python_image: str, tag: str, source: Path = ROOT) -> None:
    """Build `samspill-<service>:<tag>` from a checkout whose contracts have been generated."""
    name = f"samspill-{service}:{tag}"
    began_at = time.monotonic()
    subprocess.run(
        [
            *(docker(), "build", "--quiet", "--network", "host", "--tag", name),
            *("--file", str(source / "deploy" / "image" / "Dockerfile")),
            *("--build-arg", f"PYTHON_IMAGE={python_image}", "--build-arg", f"SERVICE={service}"),
            *(("--secret", f"id=ca,src={AUTHORITIES}") if AUTHORITIES.exists() else ()),
            str(source),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "DOCKER_BUILDKIT": "1"},
    )
    seconds = time.monotonic() - began_at
    print(f"{name}: {seconds:.0f} s, {size_of(name) / 1e6:.0f} MB", flush=True)


def size_of(image: str) -> int:
    """Bytes of the image with everything below it."""
    told = subprocess.run(
        [docker(), "image", "inspect", "--format", "{{.Size}}", image],
        check=True,
        capture_output=True,
        text=True,
    )
    return int(told.stdout)


def _demand_engine() -> None:
    words = [docker(), "version"]
    if (
        not shutil.which(words[0])
        or subprocess.run(words, capture_output=True, check=False).returncode
    ):
        raise MissingError(
            "Images need a Docker engine that runs. On Debian: apt-get install docker.io, and as"
            " root: dockerd"
        )


def docker() -> str:
    """The engine's client with BuildKit."""
    # Debian's own client has BuildKit built in; a client found earlier on PATH may lack its plugin.
    return (
        "/usr/bin/docker"
        if Path("/usr/bin/docker").exists()
        else shutil.which("docker") or "docker"
    )


if __name__ == "__main__":
    main()

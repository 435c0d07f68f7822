"""The images of the proof: this commit's, the commit before, and one that promises too early."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from deploy.image import base, build
from deploy.local.install import ROOT, generate_contracts_of
from deploy.local.services import SERVICES

PREVIOUS: Final = "previous"
HASTY: Final = "hasty"

_HASTY_FILE: Final = """
ARG HONEST
FROM ${HONEST}
COPY hasty.py /opt/hasty/hasty.py
ENV PYTHONPATH=/opt/hasty
ENTRYPOINT ["/opt/samspill/bin/python", "-m", "hasty"]
"""


def build_current(tag: str) -> None:
    """Build the six images of this checkout."""
    for service in SERVICES:
        build.build(service, python_image=python_image(), tag=tag)


def build_previous(commit: str) -> None:
    """Build the six images of another commit, with its own contracts and requirements."""
    with tempfile.TemporaryDirectory(prefix="samspill-previous-") as made:
        source = Path(made)
        archive = subprocess.run(
            ["git", "archive", commit], cwd=ROOT, check=True, capture_output=True
        )
        subprocess.run(["tar", "-x", "-C", made], check=True, input=archive.stdout)
        generate_contracts_of(source)
        for service in SERVICES:
            build.build(service, python_image=python_image(), tag=PREVIOUS, source=source)


def build_hasty(tag: str) -> None:
    """Build responses as it must not be: it says "saved" before the commit."""
    subprocess.run(
        [
            *(build.docker(), "build", "--quiet", "--file", "-"),
            *("--build-arg", f"HONEST=samspill-responses:{tag}"),
            *("--tag", f"samspill-responses:{HASTY}", str(Path(__file__).parent)),
        ],
        input=_HASTY_FILE.encode(),
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "DOCKER_BUILDKIT": "1"},
    )


def load(tag: str, services: Sequence[str] = SERVICES) -> None:
    """Hand images to the nodes, where CLUSTER_LOAD names a command for it."""
    command = os.environ.get("CLUSTER_LOAD")
    if command:
        images = [f"samspill-{service}:{tag}" for service in services]
        subprocess.run([*shlex.split(command), *images], check=True, stderr=subprocess.DEVNULL)


def python_image() -> str:
    """The base that is named, or one made here."""
    return os.environ.get("PYTHON_IMAGE") or base.made(build.docker())

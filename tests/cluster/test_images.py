"""What is in an image and what its user may do, asked of the engine (SPEC O1)."""

from __future__ import annotations

import os
import re
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from deploy.image import base, build
from deploy.local.services import SERVICES

TAG: Final = os.environ.get("TAG", "dev")
OWN_AUTHORITIES: Final = Path("/usr/local/share/ca-certificates")
TOOLS: Final = re.compile(
    r"(^|/)s?bin/(pip[0-9.]*|gcc(-\d+)?|cc|c\+\+|g\+\+(-\d+)?|make|curl|wget|git|uv)$|/ensurepip$"
)
OF_A_BUILD: Final = re.compile(
    r"(^|/)(\.cache|\.venv|\.git|node_modules|pip\.conf|\.netrc|tests)(/|$)|^(source|tools|wheels)(/|$)|^root/\.(config|local)"
)


def engine_has(image: str) -> bool:
    try:
        asked = [build.docker(), "image", "inspect", image]
        return subprocess.run(asked, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@pytest.fixture(autouse=True)
def built() -> None:
    """Whether they exist is asked when it is their turn: the test of the cluster may have built them."""
    if not all(engine_has(f"samspill-{service}:{TAG}") for service in SERVICES):
        pytest.skip("the engine has no images; `make images` builds them")


@pytest.fixture(params=SERVICES)
def image(request: pytest.FixtureRequest) -> str:
    return f"samspill-{request.param}:{TAG}"


def run(image: str, script: str) -> str:
    """What a shell says as the image's user, with a root that nobody writes to and no rights."""
    words = [
        *(build.docker(), "run", "--rm", "--read-only", "--network", "none"),
        *("--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--tmpfs", "/tmp"),
        *("--entrypoint", "/bin/sh", image, "-c", script),
    ]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def entries(image: str, folder: Path) -> Iterator[tuple[str, bytes]]:
    """Name of everything in the image, and the content of what is small."""
    made = subprocess.run(
        [build.docker(), "create", image, "none"], capture_output=True, text=True, check=True
    ).stdout.strip()
    whole = folder / "image.tar"
    try:
        subprocess.run([build.docker(), "export", made, "-o", str(whole)], check=True)
    finally:
        subprocess.run([build.docker(), "rm", made], check=True, capture_output=True)
    with tarfile.open(whole) as archive:
        for entry in archive:
            file = archive.extractfile(entry) if entry.isfile() and entry.size < 1 << 20 else None
            yield entry.name, file.read() if file else b""


def test_the_user_is_nobody_special_and_writes_nowhere_but_to_tmp(image: str) -> None:
    assert run(image, "id -u; id -g").split() == ["10001", "10001"]
    writable = run(
        image,
        "find / -xdev -writable ! -type l ! -path '/proc/*' ! -path '/dev/*' ! -path '/sys/*' 2>/dev/null || true",
    )
    assert set(writable.split()) <= {"/tmp"}, writable


def test_no_compiler_no_installer_and_nothing_of_the_build(image: str, tmp_path: Path) -> None:
    authorities = [file.read_bytes().strip() for file in OWN_AUTHORITIES.glob("*.crt")]
    found = []
    for name, content in entries(image, tmp_path):
        if TOOLS.search(name) or OF_A_BUILD.search(name):
            found.append(name)
        if any(own in content for own in authorities):
            found.append(f"{name} holds an authority of this machine")
    assert found == []


def test_what_is_looked_for_would_be_found(tmp_path: Path) -> None:
    """The control: the base, which images are built on, has its installer still."""
    if not engine_has(base.NAME):
        pytest.skip("the base is somebody else's")
    names = [name for name, _ in entries(base.NAME, tmp_path)]
    assert [name for name in names if TOOLS.search(name)]


def test_it_says_which_setting_is_missing(image: str) -> None:
    service = image.removeprefix("samspill-").partition(":")[0]
    said = run(image, f"/opt/samspill/bin/python -m samspill_{service} check-settings 2>&1 || true")
    assert f"SAMSPILL_{service.upper()}_INSTALLATION: Field required" in said

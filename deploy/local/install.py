"""Prepares machine and checkout (packages, `.venv`, contracts); standard library only."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
GENERATED = ROOT / "proto" / "gen"
OLDEST_PYTHON = (3, 11)


class MissingError(Exception):
    """Something that only the person at the machine can provide; the text says what and how."""


@dataclass(frozen=True)
class Need:
    """A Debian package, what it is for, and how one sees that it is there."""

    package: str
    purpose: str
    is_there: Callable[[], bool]
    is_unpacked: bool = False
    """Only unpacked, into `unpacked_folder`: installed, the package would start a service."""


def caches() -> Path:
    """Where large things are kept for every checkout of this person."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "samspill"


def keycloak_folder() -> Path:
    """Where the built Keycloak is kept."""
    return caches() / "keycloak"


def unpacked_folder(package: str) -> Path:
    """Where the files of a Debian package lie that is not installed."""
    return caches() / "unpacked" / package


def prometheus_program(name: str) -> Path:
    """`prometheus` or `promtool`: the machine's own, else the unpacked one."""
    found = shutil.which(name)
    return Path(found) if found else unpacked_folder("prometheus") / "usr" / "bin" / name


def _has_venv() -> bool:
    if (VENV / "bin" / "python").exists():
        return True
    probe = [sys.executable, "-c", "import ensurepip, venv"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def _has_maven_or_keycloak() -> bool:
    return bool(shutil.which("mvn")) or any(keycloak_folder().glob("*/built"))


def _has_fonts() -> bool:
    return any(Path("/usr/share/fonts").rglob("*.ttf"))


def _has_libatomic() -> bool:
    return any(Path("/usr/lib").glob("*/libatomic.so.1"))


def _has_prometheus() -> bool:
    return all(prometheus_program(name).exists() for name in ("prometheus", "promtool"))


ENVIRONMENT = (Need("python3-venv", "the Python environment", _has_venv),)
RUN = (
    *ENVIRONMENT,
    Need("default-jre-headless", "Keycloak", lambda: bool(shutil.which("java"))),
    Need("maven", "fetching Keycloak", _has_maven_or_keycloak),
)
TEST = (
    *RUN,
    Need("chromium", "tests in a browser", lambda: bool(shutil.which("chromium"))),
    Need("fonts-dejavu-core", "text in that browser", _has_fonts),
    Need("prometheus", "tests of the metrics", _has_prometheus, is_unpacked=True),
    Need("libatomic1", "Playwright, which drives that browser", _has_libatomic),
)
PURPOSES = {"environment": ENVIRONMENT, "run": RUN, "test": TEST}


def say(text: str) -> None:
    """One progress line for the person who waits."""
    print(f"· {text}", flush=True)


def command(*words: str | Path, **options: str) -> None:
    """Run a step in the checkout; its failure ends the preparation with the step's own words."""
    subprocess.run(
        [str(word) for word in words], cwd=ROOT, check=True, env={**os.environ, **options}
    )


def install_packages(needs: Iterable[Need]) -> None:
    """Install what is missing through apt, as root or by sudo; otherwise say what to type."""
    missing = [need for need in needs if not need.is_there()]
    if not missing:
        return
    packages = [need.package for need in missing if not need.is_unpacked]
    by_hand = f"sudo apt-get install {' '.join(need.package for need in missing)}"
    if not shutil.which("apt-get"):
        raise MissingError(f"Samspill needs {_described(missing)}. On Debian: {by_hand}")
    as_root = [] if os.geteuid() == 0 else ["sudo"] if sys.stdin.isatty() else ["sudo", "-n"]
    if as_root and not shutil.which("sudo"):
        as_root_by_hand = by_hand.removeprefix("sudo ")
        raise MissingError(f"Samspill needs {_described(missing)}. As root: {as_root_by_hand}")
    say(f"Installing from Debian: {_described(missing)}")
    log = ROOT / ".cache" / "packages.log"
    with log.open("w") as output:
        # The environment goes through `env`, because sudo would drop it.
        apt = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-y"]
        install = ["install", "--no-install-recommends", *packages]
        for step in (["update"], install) if packages else (["update"],):
            if subprocess.run([*apt, *step], stdout=output, stderr=output, check=False).returncode:
                raise MissingError(
                    f"Debian's packages could not be installed (see {log}). Try: {by_hand}"
                )
        for need in missing:
            if need.is_unpacked:
                _unpack(need.package, output)


def _unpack(package: str, output: IO[str]) -> None:
    """Fetch a package and lay its files out, without its scripts."""
    folder = unpacked_folder(package)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-") as work:
        for words in (
            ["apt-get", "-qq", "download", package],
            ["sh", "-c", "dpkg-deb -x *.deb files"],
        ):
            if subprocess.run(
                words, cwd=work, stdout=output, stderr=output, check=False
            ).returncode:
                raise MissingError(
                    f"Debian's package {package} could not be fetched (see {output.name})"
                )
        shutil.rmtree(folder, ignore_errors=True)
        shutil.move(Path(work) / "files", folder)


def _described(needs: Iterable[Need]) -> str:
    return ", ".join(f"{need.package} (for {need.purpose})" for need in needs)


def make_environment() -> None:
    """Fill `.venv` from the hashed requirements, unless that was done with these very files."""
    wanted = digest([ROOT / "requirements" / "dev.txt"], sys.version)
    stamp = VENV / "requirements.sha256"
    if _says(stamp, wanted):
        return
    if not (VENV / "bin" / "python").exists():
        say("Making the Python environment in .venv")
        command(sys.executable, "-m", "venv", "--clear", VENV)
    say("Installing the Python packages of requirements/dev.txt (a minute or two)")
    pip("install", "--quiet", "--require-hashes", "-r", "requirements/dev.txt")
    stamp.write_text(wanted)


def generate_contracts() -> None:
    """Turn proto/ into Python under proto/gen, unless the contracts are the same as last time."""
    wanted = digest([*_contracts_of(ROOT), ROOT / "requirements" / "dev.txt"])
    stamp = GENERATED / "contracts.sha256"
    if _says(stamp, wanted):
        return
    say(f"Generating {len(_contracts_of(ROOT))} contracts into proto/gen")
    generate_contracts_of(ROOT)
    stamp.write_text(wanted)


def generate_contracts_of(checkout: Path) -> None:
    """Turn the contracts of a checkout, perhaps of another commit, into Python beside them."""
    own, vendored = checkout / "proto", checkout / "proto" / "vendor"
    names = [file.relative_to(root) for file, root in _contracts_of(checkout).items()]
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    with tempfile.TemporaryDirectory(dir=own, prefix=".gen-") as folder:
        options = [f"-I{own}", f"-I{vendored}"]
        options += [f"--{kind}_out={folder}" for kind in ("python", "grpc_python")]
        options += [f"--{kind}_out=quiet:{folder}" for kind in ("mypy", "mypy_grpc")]
        command(VENV / "bin" / "python", "-m", "grpc_tools.protoc", *options, *names, PATH=path)
        _replace_contents(own / "gen", Path(folder))


def _contracts_of(checkout: Path) -> dict[Path, Path]:
    """Each contract, and the folder from which its name counts."""
    own, vendored = checkout / "proto", checkout / "proto" / "vendor"
    contracts = dict.fromkeys(sorted((own / "samspill").rglob("*.proto")), own)
    return contracts | dict.fromkeys(sorted(vendored.rglob("*.proto")), vendored)


def _replace_contents(target: Path, source: Path) -> None:
    # Whole packages are exchanged, so that a contract which is gone leaves no module behind.
    target.mkdir(exist_ok=True)
    for package in source.iterdir():
        shutil.rmtree(target / package.name, ignore_errors=True)
        shutil.move(package, target / package.name)


def install_distributions() -> None:
    """Install kit, contracts and services editable, from this checkout alone."""
    projects = sorted([ROOT / "kit", ROOT / "proto", *(ROOT / "services").iterdir()])
    projects = [project for project in projects if (project / "pyproject.toml").exists()]
    wanted = digest([project / "pyproject.toml" for project in projects], str(ROOT))
    stamp = VENV / "distributions.sha256"
    if _says(stamp, wanted):
        return
    say(f"Installing Samspill's {len(projects)} distributions")
    editable = [word for project in projects for word in ("-e", str(project))]
    pip("install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation", *editable)
    stamp.write_text(wanted)


def pip(*arguments: str) -> None:
    """Run the environment's own pip, quietly about new versions of itself."""
    command(VENV / "bin" / "python", "-m", "pip", "--disable-pip-version-check", *arguments)


def digest(files: Iterable[Path], *more: str) -> str:
    """SHA-256 over names and contents; equal exactly when nothing changed."""
    total = hashlib.sha256()
    for file in files:
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        total.update(f"{file.relative_to(ROOT)} {content}\n".encode())
    for text in more:
        total.update(f"{text}\n".encode())
    return total.hexdigest()


def _says(stamp: Path, wanted: str) -> bool:
    return stamp.exists() and stamp.read_text() == wanted


@contextmanager
def alone() -> Iterator[None]:
    """Hold the checkout's preparation lock, so that two commands do not prepare at once."""
    lock_file = ROOT / ".cache" / "install.lock"
    lock_file.parent.mkdir(exist_ok=True)
    with lock_file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def prepare(purpose: str) -> None:
    """Make everything that `purpose` (environment, run or test) needs; quick when it is there."""
    if sys.version_info < OLDEST_PYTHON:
        raise MissingError("Samspill needs Python 3.11 or later as python3.")
    with alone():
        install_packages(PURPOSES[purpose])
        make_environment()
        generate_contracts()
        install_distributions()


def main() -> int:
    """Prepare for the purpose named on the command line."""
    try:
        prepare(sys.argv[1] if len(sys.argv) > 1 else "environment")
    except MissingError as missing:
        print(missing, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        step = " ".join(error.cmd[1:4])
        print(f"This step failed, its own words stand above: {step}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

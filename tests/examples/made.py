"""The examples as an operator handles them: scripts are run, files are read as their programs read them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "deploy" / "examples"
DATABASE_FILE = ROOT / "deploy" / "postgres" / "database.sql"
GUIDE = ROOT / "docs" / "operations.md"
BACKENDS = ("identity", "surveys", "responses", "reports", "retention")
PUBLIC_ADDRESS = "https://samspill.example.org"
Object = dict[str, Any]


def make_secrets(folder: Path, **addresses: str) -> None:
    """`secrets.sh`, with POSTGRES and NATS where a test has them."""
    words = ["sh", EXAMPLES / "secrets.sh", folder, PUBLIC_ADDRESS]
    subprocess.run(words, check=True, env={**os.environ, **addresses})


def make_certificates(folder: Path) -> None:
    """`certificates.sh`."""
    subprocess.run(["sh", EXAMPLES / "certificates.sh", folder], check=True)


def secrets_in(folder: Path) -> dict[tuple[str, str], set[str]]:
    """The keys of each secret, by its namespace and name, as the guide's loop makes them."""
    return {
        (secret.parent.name, secret.name): {key.name for key in secret.iterdir()}
        for secret in folder.glob("*/*/")
    }


def objects() -> Iterator[tuple[Path, Object]]:
    """Every Kubernetes object of the examples; values files are none."""
    for path in sorted(EXAMPLES.rglob("*.yaml")):
        for each in yaml.safe_load_all(path.read_text()):
            if "kind" in each:
                yield path, each


def values() -> Object:
    """The municipality's values file."""
    written: Object = yaml.safe_load((EXAMPLES / "values.yaml").read_text())
    return written

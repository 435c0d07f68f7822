"""Each static check is green here, and red where somebody breaks its rule."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = Path(sys.executable).parent


def run(*command: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{TOOLS}:{os.environ['PATH']}"}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def broken_contracts(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "proto", tmp_path / "proto", ignore=shutil.ignore_patterns("gen"))
    return tmp_path / "proto"


def test_ruff_refuses_an_unused_import(tmp_path: Path) -> None:
    sample = tmp_path / "sample.py"
    sample.write_text('"""Sample."""\n\nimport os\n', encoding="utf-8")
    assert run(TOOLS / "ruff", "check", "--config", ROOT / "pyproject.toml", sample).returncode == 1


def test_mypy_refuses_a_missing_type(tmp_path: Path) -> None:
    sample = tmp_path / "sample.py"
    sample.write_text("def double(number):\n    return number * 2\n", encoding="utf-8")
    found = run(TOOLS / "mypy", "--config-file", ROOT / "pyproject.toml", sample, cwd=tmp_path)
    assert found.returncode == 1
    assert "no-untyped-def" in found.stdout


def test_import_contracts_refuse_a_domain_that_knows_the_database(tmp_path: Path) -> None:
    package = tmp_path / "samspill_sample"
    (package / "domain").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "domain" / "__init__.py").write_text("import sqlalchemy\n", encoding="utf-8")
    config = tmp_path / "contracts.ini"
    config.write_text(
        "[importlinter]\nroot_package = samspill_sample\ninclude_external_packages = True\n"
        "[importlinter:contract:pure]\nname = pure\ntype = forbidden\n"
        "source_modules = samspill_sample.domain\nforbidden_modules = sqlalchemy\n",
        encoding="utf-8",
    )
    assert run(TOOLS / "lint-imports", "--config", config, cwd=tmp_path).returncode == 1


def test_buf_lint_refuses_a_shared_response(broken_contracts: Path) -> None:
    target = broken_contracts / "samspill/retention/v1/keys.proto"
    target.write_text(
        target.read_text(encoding="utf-8").replace(
            "rpc IssuePepper(IssuePepperRequest) returns (IssuePepperResponse)",
            "rpc IssuePepper(IssuePepperRequest) returns (IssueSchoolKeyResponse)",
        ),
        encoding="utf-8",
    )
    assert run(TOOLS / "buf", "lint", cwd=broken_contracts).returncode != 0


def test_buf_breaking_refuses_a_removed_field(broken_contracts: Path) -> None:
    assert breaking(broken_contracts).returncode == 0
    target = broken_contracts / "samspill/retention/v1/keys.proto"
    source = target.read_text(encoding="utf-8")
    target.write_text(source.replace("  bytes pepper = 1;\n", ""), encoding="utf-8")
    found = breaking(broken_contracts)
    assert found.returncode != 0
    assert "pepper" in found.stdout


def breaking(contracts: Path) -> subprocess.CompletedProcess[str]:
    image = contracts / "now.binpb"
    assert run(TOOLS / "buf", "build", "-o", image, cwd=contracts).returncode == 0
    baseline = ROOT / "proto/baseline.binpb"
    return run(TOOLS / "buf", "breaking", image, "--against", baseline, cwd=contracts)


def test_no_address_of_an_index_stands_in_a_requirement_file() -> None:
    for path in (ROOT / "requirements").iterdir():
        text = path.read_text(encoding="utf-8")
        assert "://" not in text
        assert "index-url" not in text
        assert "find-links" not in text

"""A small contract of the kit's own, generated when it is needed."""

import importlib
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import pytest
from grpc_tools import protoc

HERE = Path(__file__).parent
VENDOR = HERE.parents[2] / "proto" / "vendor"


@pytest.fixture(scope="session")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """The modules `pb` and `pb_grpc` of sample.proto."""
    out = tmp_path_factory.mktemp("contract")
    words = [
        "protoc",
        f"-I{HERE}",
        f"-I{VENDOR}",
        f"-I{files('grpc_tools') / '_proto'}",
        f"--python_out={out}",
        f"--grpc_python_out={out}",
        str(HERE / "sample.proto"),
    ]
    assert protoc.main(words) == 0
    sys.path.insert(0, str(out))
    yield SimpleNamespace(
        pb=importlib.import_module("sample_pb2"), pb_grpc=importlib.import_module("sample_pb2_grpc")
    )
    sys.path.remove(str(out))

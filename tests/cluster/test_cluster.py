"""A draw of `make proof-cluster`, where a cluster is named (SPEC O1, R1)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from . import images
from .proof import DRAW, proven

pytestmark = pytest.mark.skipif(
    not (os.environ.get("KUBECONFIG") and os.environ.get("CLUSTER_HOST")),
    reason="no cluster is named by KUBECONFIG and CLUSTER_HOST",
)


async def test_a_disturbed_cluster_loses_nothing_and_a_hasty_one_does(tmp_path: Path) -> None:
    for each in (tmp_path, *tmp_path.parents[:2]):
        each.chmod(0o711)
    images.build_current(os.environ.get("TAG", "dev"))
    figures = await proven(DRAW, tmp_path)
    print(figures.line)
    assert figures.acknowledged > 0
    assert figures.holds, figures

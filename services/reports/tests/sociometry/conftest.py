"""Makes the reference data a fixture that skips visibly where they are missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.reports.tests.sociometry import reference


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder of reference data."""
    folder = reference.folder()
    if folder is None:
        pytest.skip("no reference data: set SAMSPILL_DATA or put them in ../shared/data")
    return folder

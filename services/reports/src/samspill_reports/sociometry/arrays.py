"""Names for the array shapes that the statistics pass between each other."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Ties: TypeAlias = npt.NDArray[np.bool_]
"""n × n; row names column; the diagonal is false."""

Mask: TypeAlias = npt.NDArray[np.bool_]
"""One truth value per pupil, in the order of the roster."""

Counts: TypeAlias = npt.NDArray[np.int64]
Reals: TypeAlias = npt.NDArray[np.float64]


def ratio(part: float, whole: float) -> float | None:
    """Divide; None where the whole is zero, because the share is undefined there."""
    return float(part) / float(whole) if whole else None

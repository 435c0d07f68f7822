"""Hidden exclusion: found where it is, and held to its error rate where it is not."""

from __future__ import annotations

import numpy as np
import pytest

from samspill_reports.sociometry import Level
from samspill_reports.sociometry.attachment import attached_pupils
from samspill_reports.sociometry.exclusion import CLEAR, Hint, hidden_exclusion
from samspill_reports.sociometry.seeded import stream
from samspill_reports.sociometry.waves import benjamini_hochberg
from services.reports.tests.sociometry.classes import of_matrix, planted, question

SIMULATED = 400


def with_one_left_out(seed: int) -> np.typing.NDArray[np.bool_]:
    """Pupil 0 names four of a group of eight in which everyone else is named back."""
    ties = planted(seed, (8, 8), (4, 5), 0.95)
    ties[0] = False
    ties[:, 0] = False
    ties[0, [2, 3, 4, 5]] = True
    return ties


def test_a_pupil_left_out_is_found_with_what_was_expected() -> None:
    hints = [hidden_exclusion(of_matrix(with_one_left_out(seed)), classes=99) for seed in range(10)]
    found = [hint for of_class in hints for hint in of_class if hint.level and hint.pupil == "000"]
    assert len(found) >= 7
    for hint in found:
        assert (hint.chose, hint.received) == (4, 0)
        assert hint.expected > 2.5
        assert hint.score is not None
        assert hint.score > 1.5
        assert "000" not in hint.group


def test_the_test_of_one_pupil_by_hand() -> None:
    """T = {b, c, d}, who all name each other: k = 2 each, so p_j = 2/3 and P(B = 0) = 1/27."""
    relation = question("abcd", "bc bd cb cd db dc ab ac")
    seen = attached_pupils(relation.ties[None], relation.answered, stream(1, 1))
    assert seen.attached[0].tolist()[0]
    assert seen.chose[0, 0] == 2
    assert seen.received[0, 0] == 0
    assert seen.expected[0, 0] == pytest.approx(2.0)
    assert seen.p[0, 0] == pytest.approx(1 / 27)


def test_a_silent_pupil_is_never_tested() -> None:
    ties = with_one_left_out(1)
    hints = hidden_exclusion(of_matrix(ties, silent=frozenset({0})), classes=19)
    assert "000" not in {hint.pupil for hint in hints}


def test_silent_members_can_undo_a_hint() -> None:
    """With three of the group silent, all of them might have named the pupil."""
    whole = _of("000", hidden_exclusion(of_matrix(with_one_left_out(3)), classes=19))
    gaps = _of(
        "000",
        hidden_exclusion(of_matrix(with_one_left_out(3), silent=frozenset({2, 3, 4})), classes=19),
    )
    assert whole is not None
    assert whole.survives
    assert gaps is None or not gaps.survives


def _of(pupil: str, hints: tuple[Hint, ...]) -> Hint | None:
    return next((hint for hint in hints if hint.pupil == pupil), None)


def test_errors_stay_at_the_stated_level_where_nobody_is_excluded() -> None:
    """At least 400 simulated classes; limits are the level + 3 standard errors.

    The control: calling every p ≤ .05 a hint, without calibration, exceeds the same limit, so the
    test can fail.
    """
    clear = any_hint = uncalibrated = 0
    for seed in range(SIMULATED):
        relation = of_matrix(planted(seed, (6, 6, 4), (2, 5), 0.8))
        hints = hidden_exclusion(relation, seed=seed, classes=29)
        clear += any(hint.level is Level.CLEAR for hint in hints)
        any_hint += any(hint.level for hint in hints)
        uncalibrated += any(hint.p <= 0.05 for hint in hints)
    limit = CLEAR + 3 * np.sqrt(CLEAR * (1 - CLEAR) / SIMULATED)
    assert clear / SIMULATED <= limit
    assert any_hint / SIMULATED <= limit
    assert uncalibrated / SIMULATED > limit


def test_benjamini_hochberg_by_hand() -> None:
    assert benjamini_hochberg([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.04, 0.04])
    assert benjamini_hochberg([]) == []

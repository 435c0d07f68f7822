"""Two waves of one class: what changed, and how much of it is noise (SPEC G8)."""

from __future__ import annotations

import numpy as np

from samspill_reports.sociometry import Kind, compare, describe, wave_findings
from samspill_reports.sociometry.waves import sign_test
from services.reports.tests.sociometry.classes import of_matrix, planted, question


def test_only_those_who_answered_twice_are_compared() -> None:
    before = question("abcd", "ab ba ac cb", silent="d")
    after = question("abce", "ab ca ea", silent="b")
    found = compare(before, after)
    assert found.stayed == ("a", "b", "c")
    assert (found.joined, found.left) == (("e",), ("d",))
    assert found.senders == ("a", "c")
    assert (found.kept, found.lost, found.new) == (1, 2, 1)
    assert found.jaccard == 0.25
    assert found.share_kept == 1 / 3
    assert found.ordered_pairs == 4


def test_dyads_are_followed() -> None:
    before = question("abcd", "ab ba cd dc bc")
    after = question("abcd", "ab ba cd da ad")
    changes = compare(before, after).dyads
    assert changes.stayed_mutual == (("a", "b"),)
    assert changes.became_mutual == (("a", "d"),)
    assert changes.became_one_sided == (("c", "d"),)
    assert changes.ended == (("b", "c"),)


def test_six_one_way_changes_are_needed_for_five_percent() -> None:
    assert sign_test(0, 0) == 1.0
    assert sign_test(5, 0) > 0.05
    assert sign_test(6, 0) < 0.05
    assert sign_test(1, 8) == sign_test(8, 1) == 20 / 512


def test_a_change_of_one_or_two_choices_is_usual() -> None:
    before, after = question("abcd", "ab cb"), question("abcd", "ac dc")
    assert all(each.is_usual for each in compare(before, after).received)


def test_nobody_answered_twice() -> None:
    found = compare(question("ab", "ab", silent="b"), question("ab", "ba", silent="a"))
    assert (found.senders, found.jaccard, found.ordered_pairs) == ((), None, 0)


def test_only_changes_beyond_noise_are_told_about_a_pupil() -> None:
    ties = planted(1, (6, 6), (2, 3), 0.9)
    noisy = ties.copy()
    noisy[0, np.flatnonzero(ties[0])[0]] = False
    loved = ties.copy()
    loved[:, 3] = True
    loved[3, 3] = False
    before = of_matrix(ties & (np.arange(12) != 3))
    small, large = (
        wave_findings(of_matrix(ties), of_matrix(noisy)),
        wave_findings(before, of_matrix(loved)),
    )
    assert [each.kind for each in small] == [Kind.CHOICES_KEPT]
    assert [each.pupils for each in large if each.kind is Kind.RECEIVED_CHANGED] == [("003",)]
    for each in (*small, *large):
        said = describe(each, "nb", {"003": "elev 4"})
        assert "{" not in said.says + said.next_step


def test_too_few_answers_say_nothing_about_change() -> None:
    assert wave_findings(question("abc", "ab"), question("abc", "ab")) == ()

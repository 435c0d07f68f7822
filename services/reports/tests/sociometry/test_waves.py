"""Two waves of one class."""

from __future__ import annotations

from samspill_reports.sociometry import compare
from samspill_reports.sociometry.waves import sign_test
from services.reports.tests.sociometry.classes import question


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

"""What must hold for every class, tried on many."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samspill_reports.sociometry import (
    Relation,
    Sociogram,
    choices_received,
    circles,
    cohesion,
    compare,
    density,
    dyad_census,
    findings,
    gender_mixing,
    mixing_test,
    pairs,
    positions,
    roles,
    search,
    stability,
    triad_census,
)
from samspill_reports.sociometry.exclusion import hidden_exclusion
from samspill_reports.sociometry.status import chances_of_others, tails
from services.reports.tests.sociometry.classes import of_matrix, planted

Matrix = np.typing.NDArray[np.bool_]


@st.composite
def classes(draw: st.DrawFn, most: int = 9) -> Sociogram:
    """A class with silent pupils, some of unknown gender, ids in no particular order."""
    n = draw(st.integers(0, most))
    ids = draw(st.permutations([f"p{i}" for i in range(n)]))
    pair = st.tuples(st.sampled_from(ids), st.sampled_from(ids)) if n else st.nothing()
    return Sociogram.of(
        ids,
        {"q": draw(st.lists(pair, max_size=n * n))},
        respondents=[each for each in ids if draw(st.booleans()) or draw(st.booleans())],
        gender={each: draw(st.sampled_from(["F", "M", None])) for each in ids},
    )


def renamed(relation: Relation, names: dict[str, str]) -> Relation:
    """The same class under other names, which sort in another order."""
    gender = dict(zip(relation.roster, relation.gender, strict=True))
    return Sociogram.of(
        [names[each] for each in reversed(relation.roster)],
        {relation.name: [(names[a], names[b]) for a, b in relation.choices]},
        respondents=[names[each] for each in relation.respondents],
        max_choices=relation.max_choices,
        gender={names[each]: value for each, value in gender.items()},
    )[relation.name]


@settings(max_examples=60, deadline=None)
@given(classes())
def test_renaming_changes_no_closed_statistic(sociogram: Sociogram) -> None:
    relation = sociogram["q"]
    names = {each: f"x{len(relation.roster) - i}" for i, each in enumerate(relation.roster)}
    other = renamed(relation, names)
    for statistic in (cohesion, density, dyad_census, triad_census):
        assert_same(statistic(relation), statistic(other))
    one, two = gender_mixing(relation), gender_mixing(other)
    assert (one.ei, one.coleman, one.assortativity) == (two.ei, two.coleman, two.assortativity)
    back = {names[each]: each for each in names}
    seen = {back[each.pupil]: each for each in choices_received(other)}
    for each in choices_received(relation):
        assert each.count == seen[each.pupil].count
        assert each.p_as_few == pytest.approx(seen[each.pupil].p_as_few, rel=1e-12)


def assert_same(one: object, other: object) -> None:
    """Equal but for the last bits, which the order of a sum may change."""
    if isinstance(one, float):
        assert one == pytest.approx(other, rel=1e-12, abs=1e-15)
    elif hasattr(one, "__dataclass_fields__"):
        for name in one.__dataclass_fields__:
            assert_same(getattr(one, name), getattr(other, name))
    else:
        assert one == other


@pytest.mark.parametrize("seed", range(4))
def test_renaming_changes_no_simulated_figure_either(seed: int) -> None:
    relation = of_matrix(planted(seed, (7, 6, 7), (2, 6), 0.8), silent=frozenset({3, 11}))
    names = {each: f"{(7 * i + 3) % 20:02}" for i, each in enumerate(relation.roster)}
    other = renamed(relation, names)
    groups, others = search([relation]), search([other])
    assert {frozenset(names[each] for each in group) for group in groups.groups} == {
        frozenset(group) for group in others.groups
    }
    firm = {names[each.pupil]: each.stability for each in stability([relation], groups)}
    assert firm == pytest.approx(
        {each.pupil: each.stability for each in stability([other], others)}
    )
    hints = {
        names[each.pupil]: (each.p_class, each.level)
        for each in hidden_exclusion(relation, classes=19)
    }
    assert hints == {
        each.pupil: (each.p_class, each.level) for each in hidden_exclusion(other, classes=19)
    }
    said = {
        (each.kind, tuple(sorted(names[p] for p in each.pupils))) for each in findings(relation)
    }
    assert said == {(each.kind, each.pupils) for each in findings(other)}
    here, there = positions([relation]), positions([other])
    for pupil, place in here.items():
        assert (place.x, place.y) == pytest.approx(
            (there[names[pupil]].x, there[names[pupil]].y), abs=1e-3
        )


@settings(max_examples=60, deadline=None)
@given(classes(), st.data())
def test_a_silent_newcomer_widens_bounds_and_lowers_no_count(
    sociogram: Sociogram, data: st.DataObject
) -> None:
    relation = sociogram["q"]
    larger = Sociogram.of(
        [*relation.roster, "new"], {"q": relation.choices}, respondents=relation.respondents
    )["q"]
    after = {each.pupil: each for each in choices_received(larger)}
    for each in choices_received(relation):
        assert after[each.pupil].count == each.count
        assert after[each.pupil].at_most == each.at_most + 1
        assert after[each.pupil].possible == each.possible
    silenced = data.draw(st.sampled_from(relation.roster)) if relation.roster else None
    if silenced is None or silenced not in relation.respondents:
        return
    fewer = Sociogram.of(
        relation.roster, {"q": relation.choices}, respondents=relation.respondents - {silenced}
    )["q"]
    for each, before in zip(choices_received(fewer), choices_received(relation), strict=True):
        assert each.at_most - each.count >= before.at_most - before.count
        assert each.count <= before.count <= each.at_most


@settings(max_examples=40, deadline=None)
@given(classes(most=4), st.sampled_from([None, 1, 2]))
def test_bounds_contain_every_completion(sociogram: Sociogram, limit: int | None) -> None:
    relation = Sociogram.of(
        sociogram.roster,
        {"q": sociogram["q"].choices},
        respondents=sociogram["q"].respondents,
        max_choices=limit,
    )["q"]
    bounds, received = density(relation), choices_received(relation)
    for completed in completions(relation):
        full = density(completed)
        if full.value is not None:
            assert bounds.at_least is not None
            assert bounds.at_most is not None
            assert bounds.at_least - 1e-12 <= full.value
            if _within(completed, relation):
                assert full.value <= bounds.at_most + 1e-12
        for each, true in zip(received, choices_received(completed), strict=True):
            assert each.count <= true.count <= each.at_most


def completions(relation: Relation) -> list[Relation]:
    """Every way in which the silent pupils could have answered within the limit."""
    silent = [each for each in relation.roster if each not in relation.respondents][:2]
    if len(silent) < relation.n - len(relation.respondents):
        return []
    options = []
    for pupil in silent:
        others = [each for each in relation.roster if each != pupil]
        rows = [
            [(pupil, other) for other, named in zip(others, row, strict=True) if named]
            for row in product((False, True), repeat=len(others))
        ]
        limit = relation.max_choices
        options.append([row for row in rows if limit is None or len(row) <= limit])
    return [
        Sociogram.of(
            relation.roster, {"q": [*relation.choices, *(c for row in added for c in row)]}
        )["q"]
        for added in product(*options)
    ]


def _within(completed: Relation, relation: Relation) -> bool:
    """Whether the answers that were seen keep the limit themselves; digitised ones may not."""
    limit = relation.max_choices
    return limit is None or all(count <= limit for count in completed.made)


@settings(max_examples=60, deadline=None)
@given(classes())
def test_mutual_pairs_are_symmetrical_and_between_respondents(sociogram: Sociogram) -> None:
    relation = sociogram["q"]
    found = pairs(relation)
    for one, other in found.mutual:
        assert {(one, other), (other, one)} <= relation.choices
        assert {one, other} <= relation.respondents
    decided = {frozenset(pair) for pair in (*found.mutual, *found.one_sided)}
    assert not decided & {frozenset(pair) for pair in found.open}
    assert len(relation.choices) == 2 * len(found.mutual) + len(found.one_sided) + len(found.open)


@settings(max_examples=60, deadline=None)
@given(classes(), classes())
def test_p_values_are_above_zero_and_at_most_one(one: Sociogram, other: Sociogram) -> None:
    relation = one["q"]
    p = [each.p_as_few for each in choices_received(relation)]
    p += [each.p_as_many for each in choices_received(relation)]
    p += [each.p for each in compare(relation, other["q"]).received]
    test = mixing_test(relation, permutations=19)
    p += [test.p_more_internal] if test else []
    hints = hidden_exclusion(relation, classes=4)
    p += [value for hint in hints for value in (hint.p, hint.p_class, hint.q)]
    assert all(0 < value <= 1 for value in p)


def test_tails_of_received_choices_are_super_uniform_under_the_null() -> None:
    """Voters who spread their choices evenly: P(p ≤ a) ≤ a, exactly, at every attainable a."""
    relation = of_matrix(planted(0, (9,), (1, 5), 1.0))
    table = chances_of_others(relation)
    for i in range(3):
        row = np.repeat(table[i : i + 1], 10, axis=0)
        counts = np.arange(10)
        many, few = tails(row, counts)
        mass = tails(row, counts)[1] - np.concatenate([[0.0], few[:-1]])
        for p in (many, few):
            for level in p:
                assert mass[p <= level].sum() <= level + 1e-12


def test_mixing_p_is_super_uniform_when_gender_does_not_matter() -> None:
    """600 classes; the share at or below each level stays within 4 standard errors of it."""
    random = np.random.default_rng(11)
    p = []
    for _ in range(600):
        ties = random.random((12, 12)) < 0.25
        ids = [f"{i:02}" for i in range(12)]
        choices = [(ids[i], ids[j]) for i, j in zip(*np.nonzero(ties), strict=True)]
        gender = {each: "FM"[int(random.random() < 0.5)] for each in ids}
        test = mixing_test(Sociogram.of(ids, {"q": choices}, gender=gender)["q"], permutations=39)
        assert test is not None
        p.append(test.p_more_internal)
    for level in (0.025, 0.05, 0.1, 0.25, 0.5):
        share = float(np.mean(np.array(p) <= level + 1e-12))
        assert share <= level + 4 * np.sqrt(level * (1 - level) / 600)


@settings(max_examples=30, deadline=None)
@given(classes())
def test_no_class_breaks_anything(sociogram: Sociogram) -> None:
    relation = sociogram["q"]
    groups = search([relation])
    members = stability([relation], groups, copies=10)
    assert sorted(p for group in groups.groups for p in group) == list(relation.roster)
    assert len(members) == relation.n
    assert set(positions([relation])) == set(relation.roster)
    assert all(role.pupil in relation.roster for role in roles(relation, draws=5))
    assert all(set(each) <= set(relation.roster) for each in circles(relation).cliques)

"""What stands out: at most seven, and no pupil is hidden by that (SPEC G1, G4, G5)."""

from dataclasses import replace

import pytest

from samspill_reports.domain.analysis import Analysis, ClassAnalysis, SlowPart
from samspill_reports.domain.material import GivenAnswer, Material
from samspill_reports.sociometry import Hint, Level
from samspill_reports.usecases.read_overview import (
    ABOUT_PUPILS,
    MOST_FINDINGS,
    Overview,
    overview,
)
from samspill_reports.usecases.read_quality import quality
from samspill_reports.words import CatalogueWords
from services.reports.tests.sample import RECESS, TEASED, TOGETHER, a_class, pupil_id


def overview_of(
    material: Material, analysis: ClassAnalysis | None = None, locale: str = "nb"
) -> Overview:
    found = analysis or ClassAnalysis.of(material)
    return overview(material, found, CatalogueWords(locale), locale)


def lonely_class(lonely: int, size: int = 29) -> Material:
    """The last `lonely` pupils answered with nobody, and nobody named them."""
    apart = {pupil_id(at) for at in range(size - lonely, size)}
    material = a_class(size)
    turned = []
    for each in material.answers:
        if each.participant_id in apart and each.nominees:
            turned.append(replace(each, nominees=(), is_nobody=True))
        else:
            turned.append(replace(each, nominees=[n for n in each.nominees if n not in apart]))
    return replace(material, answers=turned)


def standing_out(material: Material) -> set[str]:
    analysis = ClassAnalysis.of(material)
    return {
        pupil
        for each in analysis.relations.values()
        for finding in each.findings
        if finding.kind in ABOUT_PUPILS
        for pupil in finding.pupils
    }


@pytest.mark.parametrize("lonely", [0, 1, 3, 6, 12])
def test_at_most_seven_are_told_and_no_pupil_is_hidden(lonely: int) -> None:
    material = lonely_class(lonely)
    shown = overview_of(material).findings
    assert len(shown) <= MOST_FINDINGS
    named = {pupil for each in shown for pupil in each.participant_ids}
    assert standing_out(material) <= named
    assert len(standing_out(material)) >= lonely


def test_those_who_did_not_fit_are_named_in_the_class_lists_order() -> None:
    material = lonely_class(12)
    last = overview_of(material).findings[-1]
    assert last.kind == "more_pupils"
    order = [each.participant_id for each in material.participants]
    assert list(last.participant_ids) == sorted(last.participant_ids, key=order.index)
    assert all(material.labels[each] in last.headline for each in last.participant_ids)
    assert last.page == "pupils"


def test_the_first_is_about_the_class() -> None:
    assert overview_of(lonely_class(12)).findings[0].participant_ids == ()


def test_too_few_answers_say_so_and_nothing_about_a_pupil() -> None:
    found = overview_of(a_class(29, silent=25)).findings
    assert [each.kind for each in found if each.page == "quality"] == ["too_few"]
    assert not any(each.participant_ids for each in found)


def test_a_question_where_half_the_class_is_at_the_worse_end_is_told_also_a_negative_one() -> None:
    material = a_class(29)
    found = [e for e in overview_of(material).findings if e.kind == "question_low"]
    assert [each.question_id for each in found] == [TEASED.question_id]
    assert found[0].headline.startswith("29 av 29 svarte i den dårligste enden")


def test_a_handful_of_answers_says_nothing_about_a_question() -> None:
    found = overview_of(a_class(7)).findings
    assert not any(each.kind == "question_low" for each in found)


def test_those_who_skipped_something_are_counted() -> None:
    material = a_class(8)
    skipped = GivenAnswer(pupil_id(0), RECESS.question_id, is_skipped=True)
    rest = [e for e in material.answers if e.participant_id != pupil_id(0)]
    assert overview_of(replace(material, answers=[*rest, skipped])).skipped_some == 8
    assert overview_of(replace(material, answers=[skipped])).skipped_some == 1


def with_slow_part(material: Material, slow: SlowPart) -> ClassAnalysis:
    quick = ClassAnalysis.of(material)
    return ClassAnalysis(
        {name: Analysis(each.relation, slow) for name, each in quick.relations.items()}
    )


def test_until_the_slow_part_is_there_the_overview_says_that_it_is_computed() -> None:
    material = a_class(8)
    assert overview_of(material).still_computing.startswith("Grupper og valg")
    quick = ClassAnalysis.of(material).relations[TOGETHER.question_id]
    whole = with_slow_part(material, SlowPart(quick.partition, None, ()))
    assert overview_of(material, whole).still_computing == ""


def test_a_hint_of_hidden_exclusion_is_told_first_of_the_pupils_and_carefully() -> None:
    """SPEC G4."""
    material = lonely_class(1)
    quick = ClassAnalysis.of(material).relations[TOGETHER.question_id]
    group = tuple(pupil_id(at) for at in range(1, 7))
    hint = Hint(
        pupil=pupil_id(0), group=group, made=3, chose=2, received=0, at_most=0, expected=2.5,
        deviation=1.0, p=0.01, q=0.02, p_class=0.05, survives=True, level=Level.CLEAR,
    )  # fmt: skip
    analysis = with_slow_part(material, SlowPart(quick.partition, 0.01, (hint,)))
    found = overview_of(material, analysis).findings
    first = next(each for each in found if each.participant_ids)
    assert (first.kind, first.participant_ids) == ("unreturned_group_clear", (pupil_id(0),))
    assert first.certainty.startswith("Usikkert.")
    assert first.not_meaning
    assert "isolert" not in first.headline + first.detail
    told = [each.kind for each in overview_of(material).findings]
    assert "unreturned_group_clear" not in told


def test_groups_are_told_only_when_chance_seldom_divides_as_well() -> None:
    material = a_class(29)
    quick = ClassAnalysis.of(material).relations[TOGETHER.question_id]
    for p, is_told in ((0.01, True), (0.2, False), (None, False)):
        analysis = with_slow_part(material, SlowPart(quick.partition, p, ()))
        kinds = {f.kind for f in analysis.relations[TOGETHER.question_id].findings}
        assert ("subgroups" in kinds) is is_told


@pytest.mark.parametrize("locale", ["nb", "nn", "en"])
def test_every_finding_is_whole_in_each_language(locale: str) -> None:
    for each in overview_of(lonely_class(12), locale=locale).findings:
        assert each.headline
        assert "{" not in each.headline + each.detail + each.certainty
        assert each.not_meaning


def test_the_numbers_page_counts_what_could_have_been_chosen() -> None:
    """SPEC G5: every "times chosen" says how many could have chosen."""
    material = a_class(29, silent=4)
    about = quality(material, ClassAnalysis.of(material), CatalogueWords("nb"))
    together = about.relations[0]
    by_id = {each.participant_id: each for each in together.times_chosen}
    assert by_id[pupil_id(0)].could_have_chosen == 24
    assert by_id[pupil_id(28)].could_have_chosen == 25
    assert all(each.at_most == each.chosen + 28 - each.could_have_chosen for each in by_id.values())
    assert sum(each.chosen for each in by_id.values()) == together.choices
    assert about.not_answered == [material.labels[pupil_id(at)] for at in range(25, 29)]
    assert about.participation.startswith("25 av 29 har levert.")

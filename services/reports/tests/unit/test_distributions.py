"""How a class answered, as counts; skipping is no answer (SPEC G1, S4)."""

from dataclasses import replace

from samspill_reports.domain.distributions import clearest, distribution, distributions
from samspill_reports.domain.material import GivenAnswer, Material
from services.reports.tests.sample import RECESS, TEASED, TOGETHER, WORDS, a_class, pupil_id


def answered(*given: GivenAnswer) -> Material:
    return replace(a_class(4), answers=given)


def test_each_option_is_counted_in_its_order_and_the_skipped_apart() -> None:
    material = answered(
        GivenAnswer(pupil_id(0), RECESS.question_id, options=("bra",)),
        GivenAnswer(pupil_id(1), RECESS.question_id, options=("bra",)),
        GivenAnswer(pupil_id(2), RECESS.question_id, options=("dårlig",)),
        GivenAnswer(pupil_id(3), RECESS.question_id, is_skipped=True),
    )
    found = distribution(material, RECESS)
    assert [(part.rank, part.count) for part in found.parts] == [(1, 0), (2, 2), (3, 0), (4, 1)]
    assert (found.answered, found.skipped, found.best, found.worst) == (3, 1, 2, 1)


def test_nobody_is_an_answer_and_skipping_is_none() -> None:
    material = answered(
        GivenAnswer(pupil_id(0), TOGETHER.question_id, is_nobody=True),
        GivenAnswer(pupil_id(1), TOGETHER.question_id, is_skipped=True),
        GivenAnswer(pupil_id(2), TOGETHER.question_id, nominees=(pupil_id(0), pupil_id(1))),
    )
    found = distribution(material, TOGETHER)
    assert (found.answered, found.nobody, found.skipped, found.choices) == (2, 1, 1, 2)
    assert found.parts == ()


def test_texts_are_listed_for_free_text_alone() -> None:
    material = answered(
        GivenAnswer(pupil_id(0), WORDS.question_id, text="Fint"),
        GivenAnswer(pupil_id(1), WORDS.question_id, is_skipped=True),
    )
    found = distribution(material, WORDS)
    assert [(each.participant_id, each.text) for each in found.texts] == [(pupil_id(0), "Fint")]


def test_a_question_nobody_answered_has_its_options_and_no_counts() -> None:
    found = distribution(answered(), RECESS)
    assert (found.answered, [part.count for part in found.parts]) == (0, [0, 0, 0, 0])


def test_the_clearest_are_those_with_most_at_the_worse_end_also_negative_ones() -> None:
    """Options run from best to worst whatever the valence."""
    found = clearest(distributions(a_class()))
    assert [each.question for each in found] == [TEASED, RECESS]
    assert found[0].worst > found[1].worst


def test_an_answer_to_a_question_outside_the_survey_is_not_counted() -> None:
    material = answered(GivenAnswer(pupil_id(0), "another", options=("bra",)))
    assert all(each.answered == 0 for each in distributions(material))

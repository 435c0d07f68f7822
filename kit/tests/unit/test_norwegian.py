"""Names stand where a Norwegian reader looks for them."""

import random

import pytest

from samspill_kit.norwegian import sort_key

CLASS_LIST = [
    "Aron",
    "Bjørn",
    "Émile",
    "Emilie",
    "Synnøve",
    "Ylva",
    "Ünal",
    "Yngve",
    "Zoe",
    "Ægir",
    "Ødegård",
    "Øyvind",
    "Aage",
    "Åse",
]


def test_ae_oe_and_aa_come_last_and_double_a_counts_as_aa() -> None:
    mixed = CLASS_LIST.copy()
    random.Random(7).shuffle(mixed)

    assert sorted(mixed, key=sort_key) == CLASS_LIST


def test_plain_code_point_order_would_be_wrong() -> None:
    assert sorted(CLASS_LIST) != CLASS_LIST


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("anna", "Berit"),
        ("Berit", "cecilie"),
        ("Áile", "Aksel"),
        ("Anne Lisa", "Anne-Lise"),
        ("A\u030ase", "Åsz"),
    ],
)
def test_case_accents_hyphens_and_decomposed_letters_do_not_disturb(
    first: str, second: str
) -> None:
    assert sort_key(first) < sort_key(second)


def test_names_that_sort_alike_keep_one_order() -> None:
    assert sort_key("Noé") != sort_key("Noe")

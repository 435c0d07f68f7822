"""Sealed answers open in their own row alone, and tell nothing by length or mark (SPEC R2)."""

import secrets
from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samspill_kit.crypto import Unopenable
from samspill_kit.ids import ParticipantId
from samspill_responses.domain.answers import (
    Nobody,
    Nominees,
    Option,
    Options,
    Recorded,
    Skipped,
    Text,
    Value,
)
from samspill_responses.storage.encoding import decode, encode
from samspill_responses.storage.seals import SurveyKey, SurveySeal
from services.responses.tests.sample import FRIENDS, RECESS, SchoolClass

CLASS = SchoolClass()
KEYS = st.text(st.characters(exclude_characters="\x1f", exclude_categories=["Cs"]), min_size=1)
VALUES = st.one_of(
    st.builds(Skipped),
    st.builds(Nobody),
    st.builds(Option, KEYS),
    st.builds(Options, st.lists(KEYS, min_size=1, unique=True).map(tuple)),
    st.builds(Text, st.text(st.characters(exclude_categories=["Cs"]), max_size=4000)),
    st.builds(
        Nominees, st.lists(st.uuids().map(ParticipantId), min_size=1, max_size=40).map(tuple)
    ),
)


@pytest.fixture
def seal() -> SurveySeal:
    return SurveySeal(CLASS.school_id, CLASS.survey_id, SurveyKey(secrets.token_bytes(32)))


@given(VALUES, st.integers(0, 2**31 - 1))
def test_what_is_encoded_is_decoded(value: Value, list_version: int) -> None:
    recorded = Recorded(value, list_version)
    assert decode(encode(recorded)) == recorded


def test_an_answer_opens_in_its_own_row(seal: SurveySeal) -> None:
    recorded = Recorded(Nominees((CLASS.ali,)), 3)
    sealed = seal.seal(CLASS.nora, FRIENDS, recorded)
    assert seal.open(CLASS.nora, FRIENDS, sealed.ciphertext) == recorded


def test_an_answer_opens_nowhere_else(seal: SurveySeal) -> None:
    ciphertext = seal.seal(CLASS.nora, FRIENDS, Recorded(Nobody(), 1)).ciphertext
    elsewhere = replace(seal, survey_id=SchoolClass().survey_id)
    with pytest.raises(Unopenable):
        seal.open(CLASS.ali, FRIENDS, ciphertext)
    with pytest.raises(Unopenable):
        seal.open(CLASS.nora, RECESS, ciphertext)
    with pytest.raises(Unopenable):
        elsewhere.open(CLASS.nora, FRIENDS, ciphertext)


def test_passed_over_nobody_and_seven_names_have_the_same_length(seal: SurveySeal) -> None:
    names = tuple(ParticipantId(uuid4()) for _ in range(7))
    values: tuple[Value, ...] = (Skipped(), Nobody(), Option("quite_good"), Nominees(names))
    lengths = {len(seal.seal(CLASS.nora, RECESS, Recorded(v, 1)).ciphertext) for v in values}
    assert len(lengths) == 1


def test_a_mark_means_passed_over_only_with_its_mask(seal: SurveySeal) -> None:
    pupils = [ParticipantId(uuid4()) for _ in range(200)]
    for pupil in pupils:
        passed_over = seal.seal(pupil, RECESS, Recorded(Skipped(), 1))
        answered = seal.seal(pupil, RECESS, Recorded(Option("good"), 1))
        assert passed_over.mark != seal.mask(pupil, RECESS)
        assert answered.mark == seal.mask(pupil, RECESS)


def test_masks_differ_between_pupils_and_between_keys() -> None:
    pupils = [ParticipantId(uuid4()) for _ in range(200)]
    rows = []
    for byte in (b"a", b"b"):
        seal = SurveySeal(CLASS.school_id, CLASS.survey_id, SurveyKey(byte * 32))
        rows.append([seal.mask(pupil, RECESS) for pupil in pupils])
    # 200 fair coins all alike have a chance of 2 to the minus 199.
    assert len(set(rows[0])) == 2
    assert rows[0] != rows[1]

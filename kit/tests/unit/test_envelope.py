"""A ciphertext opens in its own place alone, and its length tells little (SPEC R2, P1)."""

import os
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samspill_kit.crypto import Envelope, Unopenable, associated, derive, pad, unpad

KEY = os.urandom(32)
SCHOOL, PARTICIPANT, QUESTION = uuid4(), uuid4(), uuid4()
PLACE = associated("responses", "answers", SCHOOL, PARTICIPANT, QUESTION, column="value", version=1)
OTHER_PLACES = {
    "service": associated(
        "surveys", "answers", SCHOOL, PARTICIPANT, QUESTION, column="value", version=1
    ),
    "table": associated(
        "responses", "drafts", SCHOOL, PARTICIPANT, QUESTION, column="value", version=1
    ),
    "row": associated("responses", "answers", SCHOOL, uuid4(), QUESTION, column="value", version=1),
    "key parts swapped": associated(
        "responses", "answers", SCHOOL, QUESTION, PARTICIPANT, column="value", version=1
    ),
    "column": associated(
        "responses", "answers", SCHOOL, PARTICIPANT, QUESTION, column="other", version=1
    ),
    "version": associated(
        "responses", "answers", SCHOOL, PARTICIPANT, QUESTION, column="value", version=2
    ),
    "nothing": b"",
}


def test_what_was_sealed_opens_in_its_place() -> None:
    envelope = Envelope(KEY)
    assert envelope.open(envelope.seal(b"quite good", PLACE), PLACE) == b"quite good"


@pytest.mark.parametrize("place", OTHER_PLACES.values(), ids=OTHER_PLACES.keys())
def test_it_opens_nowhere_else(place: bytes) -> None:
    envelope = Envelope(KEY)
    with pytest.raises(Unopenable):
        envelope.open(envelope.seal(b"quite good", PLACE), place)


def test_it_does_not_open_with_another_key() -> None:
    with pytest.raises(Unopenable):
        Envelope(os.urandom(32)).open(Envelope(KEY).seal(b"quite good", PLACE), PLACE)


@pytest.mark.parametrize("position", [0, 1, 12, 13, 20, -1])
def test_a_changed_byte_is_noticed(position: int) -> None:
    sealed = bytearray(Envelope(KEY).seal(b"quite good", PLACE))
    sealed[position] ^= 1
    with pytest.raises(Unopenable):
        Envelope(KEY).open(bytes(sealed), PLACE)


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + bytes(12), b"\x01" + bytes(20)])
def test_fragments_do_not_open(sealed: bytes) -> None:
    with pytest.raises(Unopenable):
        Envelope(KEY).open(sealed, PLACE)


def test_the_same_answer_looks_different_each_time() -> None:
    assert Envelope(KEY).seal(b"x", PLACE) != Envelope(KEY).seal(b"x", PLACE)


def test_parts_that_touch_are_told_apart() -> None:
    one = associated("a", "bc", column="d", version=1)
    assert one != associated("ab", "c", column="d", version=1)


def test_purposes_have_keys_of_their_own() -> None:
    assert derive(KEY, "answers") == derive(KEY, "answers")
    assert len({KEY, derive(KEY, "answers"), derive(KEY, "participants")}) == 3


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Envelope(b"short")


@given(st.binary(max_size=300))
def test_padding_gives_back_what_was_padded_in_few_sizes(plaintext: bytes) -> None:
    padded = pad(plaintext, to=64)
    assert unpad(padded) == plaintext
    assert len(padded) in (64, 128, 256, 512)


def test_what_was_never_padded_is_refused() -> None:
    with pytest.raises(ValueError, match="not padded"):
        unpad(b"plain")

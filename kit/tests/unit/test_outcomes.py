"""Attempts are counted by how they ended, from the first look on."""

import asyncio

import pytest

from samspill_kit.errors import NotFound, Refused, Unavailable
from samspill_kit.metrics import Outcomes
from samspill_kit.testing.metrics import measured


class DoorIsShut(Refused):
    code = "door_is_shut"


VISITS = Outcomes(
    "samspill_sample_visits_total", "Visits.", done="let_in", named={DoorIsShut: "shut"}
)
WAYS = ("let_in", "shut", "refused", "failed")


def visits() -> dict[str, float]:
    return {way: measured("samspill_sample_visits_total", outcome=way) for way in WAYS}


def test_every_way_is_there_before_the_first_attempt() -> None:
    Outcomes("samspill_sample_calls_total", "Calls.")
    for way in ("done", "refused", "failed"):
        assert measured("samspill_sample_calls_total", outcome=way) == 0


def test_what_succeeds_is_counted_as_done() -> None:
    before = visits()
    with VISITS.counted():
        pass
    assert visits() == before | {"let_in": before["let_in"] + 1}


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (DoorIsShut(), "shut"),
        (NotFound(), "refused"),
        (Unavailable(), "failed"),
        (ZeroDivisionError(), "failed"),
        (asyncio.CancelledError(), "failed"),
    ],
)
def test_an_error_is_counted_and_goes_on(error: BaseException, outcome: str) -> None:
    before = visits()
    with pytest.raises(type(error)), VISITS.counted():
        raise error
    assert visits() == before | {outcome: before[outcome] + 1}

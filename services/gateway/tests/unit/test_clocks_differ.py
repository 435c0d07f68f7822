"""A passport refused as too old never sends the browser round to sign in again and again."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from samspill_gateway.pages.frame import Frame
from samspill_gateway.pages.problems import _without_a_loop
from samspill_gateway.pages.visitors import Visitors
from samspill_gateway.security import SESSION_COOKIE
from samspill_kit.http import Problem


def frame(forgotten: list[str]) -> Frame:
    visitors = cast("Visitors", SimpleNamespace(forget=forgotten.append))
    house: Any = SimpleNamespace(visitors=visitors)
    request: Any = SimpleNamespace(cookies={SESSION_COOKIE: "token"})
    return Frame(request, house, "nb")


def test_an_expired_passport_says_that_a_clock_is_wrong_and_is_asked_for_anew() -> None:
    forgotten: list[str] = []
    told = _without_a_loop(frame(forgotten), Problem(401, "passport_expired", {}, "r"))
    assert (told.status, told.code) == (503, "clocks_differ")
    assert forgotten == ["token"]


@pytest.mark.parametrize("code", ["signed_out", "session_unknown", "passport_missing"])
def test_who_is_signed_out_is_still_sent_to_the_door(code: str) -> None:
    forgotten: list[str] = []
    problem = Problem(401, code, {}, "r")
    assert _without_a_loop(frame(forgotten), problem) == problem
    assert not forgotten

"""Pupil pages have the languages that the municipality lets them have (SPEC section 1)."""

from types import SimpleNamespace
from typing import Any

import pytest

from samspill_gateway.pages.frame import Frame
from samspill_gateway.pages.pupil import _form
from samspill_gateway.pages.visitors import Visitor


class House:
    """Keeps one form."""

    def __init__(self, *languages: str) -> None:
        self.kept = SimpleNamespace(form=SimpleNamespace(languages=languages))
        self.forms = self

    async def of(self, survey_id: str, visitor: Visitor) -> Any:
        return self.kept


@pytest.mark.parametrize(
    ("allowed", "wanted", "shown"),
    [
        (("nb", "nn"), "en", "nb"),
        (("nb", "nn"), "nn", "nn"),
        (("nb",), "nn", "nb"),
        ((), "en", "en"),
    ],
)
async def test_a_language_that_is_not_allowed_becomes_bokmal(
    allowed: tuple[str, ...], wanted: str, shown: str
) -> None:
    house: Any = House(*allowed)
    request: Any = None
    visitor: Any = SimpleNamespace(pupil=SimpleNamespace(survey_id="s"))
    frame, form = await _form(Frame(request, house, wanted), visitor)
    assert frame.language == shown
    assert form.languages == allowed

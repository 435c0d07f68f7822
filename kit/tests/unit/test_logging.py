"""Logs carry ids, never a person (SPEC P2)."""

import io
import json
import logging as stdlib_logging
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import structlog

from samspill_kit import logging
from samspill_kit.errors import NotFound
from samspill_kit.logging import HIDDEN

TOKEN = "eyJhbGciOiJFZDI1NTE5In0.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJlc2lnbmF0dXJl"


class Written:
    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def last(self) -> dict[str, Any]:
        line: dict[str, Any] = json.loads(self.text.splitlines()[-1])
        return line


@pytest.fixture
def written() -> Iterator[Written]:
    handlers = stdlib_logging.root.handlers
    written = Written()
    logging.configure("surveys", level="debug", stream=written.stream)
    yield written
    structlog.reset_defaults()
    stdlib_logging.root.handlers = handlers


def test_a_line_says_what_happened_to_which_ids(written: Written) -> None:
    survey_id = uuid4()
    logging.get_logger("any").info("Survey closed", survey_id=survey_id, removed_count=3)
    assert written.last["event"] == "Survey closed"
    assert written.last["survey_id"] == str(survey_id)
    assert written.last["removed_count"] == 3
    assert written.last["service"] == "surveys"
    assert "at" in written.last


@pytest.mark.parametrize(
    "key",
    [
        "name",
        "pupil_name",
        "answer",
        "code",
        "access_code",
        "token",
        "text",
        "title",
        "value",
        "email",
        "header",
        "gender",
    ],
)
def test_a_key_that_could_carry_personal_data_is_dropped_and_named(
    written: Written, key: str
) -> None:
    logging.get_logger("any").info("Something happened", **{key: "nora"})
    assert "nora" not in written.text
    assert written.last["dropped"] == [key]


@pytest.mark.parametrize(
    "value",
    ["Nora Berg", "Åse", "01017012345", "010170 12345", TOKEN, b"Nora", object(), "a" * 500],
    ids=["two words", "Norwegian", "identity number", "spaced", "token", "bytes", "object", "long"],
)
def test_a_value_that_is_no_id_or_plain_word_is_hidden(written: Written, value: object) -> None:
    logging.get_logger("any").info("Something happened", subject=value)
    assert written.last["subject"] == HIDDEN


def test_nested_values_are_looked_at_too(written: Written) -> None:
    logging.get_logger("any").info(
        "Something happened", seen={"name": "nora", "other": ["Nora Berg", 3]}
    )
    assert written.last["seen"] == {"other": [HIDDEN, 3]}


def test_a_stack_is_written_without_the_message_of_its_error(written: Written) -> None:
    try:
        raise_quoting("Nora")
    except RuntimeError:
        logging.get_logger("any").exception("Work failed")
    assert "Nora" not in written.text
    assert written.last["error"] == "RuntimeError"
    assert any("raise_quoting" in frame for frame in written.last["stack"])
    assert "KeyError" in written.last["stack"]


def raise_quoting(name: str) -> None:
    try:
        _ = {}[name]  # type: ignore[var-annotated]
    except KeyError as error:
        raise RuntimeError(f"no {name}") from error


def test_an_error_of_ours_is_written_by_its_code(written: Written) -> None:
    try:
        raise NotFound
    except NotFound:
        logging.get_logger("any").exception("Work failed")
    assert written.last["error"] == "not_found"


def test_libraries_write_their_template_and_never_their_arguments(written: Written) -> None:
    stdlib_logging.getLogger("library").warning("row %s is bad", "Nora")
    assert "Nora" not in written.text
    assert written.last["event"] == "row %s is bad"
    stdlib_logging.getLogger("library").warning("row Nora Berg is bad")
    assert "Nora" not in written.text

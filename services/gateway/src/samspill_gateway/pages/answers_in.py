"""Answers as browsers send them, by script or by form, turned into one shape."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from starlette.datastructures import FormData

from samspill_kit.errors import Invalid

LARGEST_BODY: Final = 256 * 1024
"""Bytes; 200 free texts of 1,000 letters fit."""

VALUES: Final = frozenset({"skipped", "nobody", "option", "options", "text", "nominees", "cleared"})
UUID_SHAPE: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class AnswersMalformed(Invalid):
    """What the browser sent is not a list of answers."""

    code = "answers_malformed"


@dataclass(frozen=True, slots=True)
class SentAnswer:
    """One answer: which question, which kind of value, and the value."""

    question_id: str
    kind: str
    value: Any


@dataclass(frozen=True, slots=True)
class Save:
    """Everything that changed on one page since its last save."""

    page_id: str
    sequence: int
    list_version: int
    answers: Sequence[SentAnswer]
    declined: bool = False


def save_from_json(body: bytes) -> Save:
    """Read what the page's script sends.

    Raises:
        AnswersMalformed: it is too large, not JSON, or not of the agreed shape.
    """
    if len(body) > LARGEST_BODY:
        raise AnswersMalformed()
    try:
        content = json.loads(body)
        return Save(
            page_id=_uuid(content["page"]),
            sequence=_whole(content["sequence"], least=1),
            list_version=_whole(content.get("list_version", 0), least=0),
            answers=[_answer(key, each) for key, each in content["answers"].items()],
            declined=content.get("declined") is True,
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise AnswersMalformed() from None


def save_from_form(fields: FormData, questions: Sequence[Any]) -> Save:
    """Read a page sent without its script: every question of the form is in it.

    `questions` are the page's own; a question that was left untouched is left out, so that what was saved
    before stays. "Hopp over" is the one button that names a question.
    """
    answers = [
        answer
        for question in questions
        if (answer := _from_fields(fields, question.id, question.kind))
    ]
    skipped = fields.get("skip")
    if skipped:
        answers = [each for each in answers if each.question_id != skipped]
        answers.append(SentAnswer(_uuid(skipped), "skipped", True))
    return Save(
        page_id=_page_id(fields),
        sequence=_whole_text(fields.get("sequence")),
        list_version=_whole_text(fields.get("list_version"), default=0),
        answers=answers,
    )


def next_save(save: Save) -> Save:
    """Return the same answers as the page's next save, so that a refused one can be sent again."""
    return replace(save, sequence=save.sequence + 1)


def _from_fields(fields: FormData, question_id: str, kind: str) -> SentAnswer | None:
    name = f"q.{question_id}"
    chosen = [str(each) for each in fields.getlist(name) if str(each).strip()]
    if kind == "nomination":
        if f"{name}.nobody" in fields and not chosen:
            return SentAnswer(question_id, "nobody", True)
        return SentAnswer(question_id, "nominees", chosen) if chosen else None
    if not chosen:
        return None
    if kind == "free_text":
        return SentAnswer(question_id, "text", chosen[0])
    if kind == "multiple_choice":
        return SentAnswer(question_id, "options", chosen)
    return SentAnswer(question_id, "option", chosen[0])


def _answer(question_id: str, content: Mapping[str, Any]) -> SentAnswer:
    kinds = VALUES.intersection(content)
    if len(kinds) != 1:
        raise ValueError
    (kind,) = kinds
    value = content[kind]
    expected: type = {"option": str, "text": str, "options": list, "nominees": list}.get(kind, bool)
    if not isinstance(value, expected):
        raise TypeError
    if isinstance(value, list) and not all(isinstance(each, str) for each in value):
        raise TypeError
    return SentAnswer(_uuid(question_id), kind, value)


def _page_id(fields: FormData) -> str:
    sent = str(fields.get("page") or "")
    return sent if UUID_SHAPE.fullmatch(sent) else str(uuid.uuid4())


def _uuid(value: object) -> str:
    if not isinstance(value, str) or not UUID_SHAPE.fullmatch(value):
        raise AnswersMalformed()
    return value


def _whole(value: object, *, least: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError
    return value


def _whole_text(value: object, default: int = 1) -> int:
    text = str(value or "")
    return int(text) if text.isdecimal() else default

"""Structured logs in JSON that cannot carry personal data (SPEC P2)."""

import logging
import re
import sys
import traceback
from collections.abc import Iterable, Mapping, MutableMapping
from datetime import date, datetime, timedelta
from typing import Any, Final, TextIO
from uuid import UUID

import structlog

from samspill_kit.errors import DomainError
from samspill_kit.ids import EntityId

PERSONAL_WORDS: Final = frozenset(
    """
    name names firstname lastname surname pupil participant answer answers nominee nominees code
    codes text texts comment note notes title label token passport permit cookie session
    password secret key keys credential authorization email mail phone address birth gender
    value values body payload plaintext ciphertext form query url uri path header headers
    metadata
    """.split()  # noqa: SIM905  # One word a line would make it unreadable.
)
"""A key with one of these words is dropped, unless it ends in an id or a count."""

_HARMLESS_ENDINGS: Final = ("_id", "_ids", "_count", "_total", "_bytes", "_version")
_HARMLESS_TEXT: Final = re.compile(r"[\w.:/+<>\[\]-]{0,120}\Z", re.ASCII)
_ELEVEN_DIGITS: Final = re.compile(r"\d(?:[ .-]?\d){10}")
_SIGNED_TOKEN: Final = re.compile(r"[\w-]{16,}\.[\w-]{16,}\.[\w-]{16,}")
_WRITTEN_BY_US: Final = frozenset({"event", "level", "at", "service", "module", "error", "stack"})

HIDDEN: Final = "[hidden]"

EventDict = MutableMapping[str, Any]


def get_logger(module: str) -> structlog.stdlib.BoundLogger:
    """Return a logger whose messages are fixed sentences and whose variables are keys."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(module=module)
    return logger


def without_personal_data(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Drop keys that could carry personal data, and hide values that are not ids or plain words.

    Dropped keys are named in `dropped`, so that the author finds out.
    """
    dropped = sorted(key for key in event if key not in _WRITTEN_BY_US and _is_personal(key))
    kept: EventDict = {key: event[key] for key in event if key not in dropped}
    for key, value in kept.items():
        if key not in ("event", "stack"):
            kept[key] = _harmless(value)
    if dropped:
        kept["dropped"] = dropped
    return kept


def _is_personal(key: str) -> bool:
    if key.endswith(_HARMLESS_ENDINGS):
        return False
    return not PERSONAL_WORDS.isdisjoint(key.lower().split("_"))


def _harmless(value: object) -> object:
    """Return the value if it can be nothing but an id, a number, a time or a plain word."""
    match value:
        case None | bool() | int() | float():
            return value
        case UUID() | EntityId() | datetime() | date() | timedelta():
            return str(value)
        case str():
            return value if _is_harmless_text(value) else HIDDEN
        case Mapping():
            return {
                str(key): _harmless(each)
                for key, each in value.items()
                if not _is_personal(str(key))
            }
        case Iterable() if not isinstance(value, bytes | bytearray | memoryview):
            return [_harmless(each) for each in value]
        case _:
            return HIDDEN


def _is_harmless_text(text: str) -> bool:
    return bool(
        _HARMLESS_TEXT.match(text)
        and not _ELEVEN_DIGITS.search(text)
        and not _SIGNED_TOKEN.search(text)
    )


def stack_without_messages(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Replace an exception by its type and its frames.

    The message is left out on purpose: those of drivers and parsers quote the row or the input.
    """
    wanted = event.pop("exc_info", None)
    error = wanted if isinstance(wanted, BaseException) else sys.exc_info()[1] if wanted else None
    if error is not None:
        event["error"] = type(error).__qualname__
        if isinstance(error, DomainError):
            event["error"] = error.code
        event["stack"] = _frames_of(error)
        state = getattr(error, "sqlstate", None) or getattr(
            getattr(error, "orig", None), "sqlstate", None
        )
        if state:
            event["sqlstate"] = str(state)
    return event


def _frames_of(error: BaseException) -> list[str]:
    lines: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(lines) < 60:
        lines.append(type(seen).__qualname__)
        frames = traceback.extract_tb(seen.__traceback__)
        lines += [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-15:]]
        seen = seen.__cause__ or seen.__context__
    return lines


class _ForeignRecords(logging.Handler):
    """Hands the records of libraries to structlog: their template alone, never their arguments."""

    def emit(self, record: logging.LogRecord) -> None:
        template = str(record.msg).partition("\n")[0]
        if not record.args and not _is_harmless_text(template):
            template = "Message of a library, not shown"
        log = structlog.get_logger(module=record.name)
        error = record.exc_info[1] if record.exc_info else None
        log.log(record.levelno, template, **({"exc_info": error} if error else {}))


def configure(service: str, *, level: str = "info", stream: TextIO | None = None) -> None:
    """Write one JSON object per line to the stream (standard output), for this process' life."""
    threshold = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            stack_without_messages,
            without_personal_data,
            _stamped(service),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stdout),
        cache_logger_on_first_use=stream is None,
    )
    logging.root.handlers = [_ForeignRecords()]
    logging.root.setLevel(max(threshold, logging.WARNING))


def _stamped(service: str) -> structlog.typing.Processor:
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True, key="at")

    def with_origin(logger: Any, method: str, event: EventDict) -> EventDict:
        event["service"] = service
        return stamp(logger, method, event)

    return with_origin

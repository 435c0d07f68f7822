"""An answer as bytes, before it is padded and sealed: kind, list version, value."""

import struct
from typing import Final
from uuid import UUID

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

_HEAD: Final = struct.Struct(">BI")
_SKIPPED, _NOBODY, _OPTION, _OPTIONS, _TEXT, _NOMINEES = range(1, 7)
_BETWEEN_KEYS: Final = "\x1f"


def encode(recorded: Recorded) -> bytes:
    kind, body = _parts(recorded.value)
    return _HEAD.pack(kind, recorded.list_version) + body


def decode(stored: bytes) -> Recorded:
    kind, list_version = _HEAD.unpack_from(stored)
    return Recorded(_value(kind, stored[_HEAD.size :]), list_version)


def _parts(value: Value) -> tuple[int, bytes]:
    match value:
        case Skipped():
            return _SKIPPED, b""
        case Nobody():
            return _NOBODY, b""
        case Option(key):
            return _OPTION, key.encode()
        case Options(keys):
            return _OPTIONS, _BETWEEN_KEYS.join(keys).encode()
        case Text(text):
            return _TEXT, text.encode()
        case Nominees(chosen):
            return _NOMINEES, b"".join(nominee.value.bytes for nominee in chosen)


def _value(kind: int, body: bytes) -> Value:
    match kind:
        case 1:
            return Skipped()
        case 2:
            return Nobody()
        case 3:
            return Option(body.decode())
        case 4:
            return Options(tuple(body.decode().split(_BETWEEN_KEYS)))
        case 5:
            return Text(body.decode())
        case 6:
            ids = range(0, len(body), 16)
            return Nominees(tuple(ParticipantId(UUID(bytes=body[i : i + 16])) for i in ids))
        case _:
            raise ValueError("An answer of an unknown kind")

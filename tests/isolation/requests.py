"""Requests with somebody's ids in every field that takes one, valid in all else."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from tests.isolation.enumeration import messages_of

NOBODYS: Final = uuid.uuid5(uuid.NAMESPACE_URL, "nobody")

TEXTS: Final = {
    "session_token": "x" * 43,
    "attempt_token": "x" * 43,
    "logout_token": "x" * 43,
    "code": "0123456789A",
    "state": "x",
    "query": "zzzz",
    "return_path": "/hjem",
    "locale": "nb",
    "catalogue_key": "recess",
    "reason": "Vikar.",
    "title": "Prøve",
    "name": "Prøve skole",
    "band": "5-7",
    "orgnr": "310000001",
    "role": "teacher",
    "purpose": "report_overview",
    "file_name": "klasse.csv",
    "delete_on": "2027-06-30",
    "ceiling_on": "2030-06-30",
}


@dataclass(frozen=True, slots=True)
class Ids:
    """What an attempt reaches for."""

    survey: str
    group: str
    participant: str
    staff: str
    school: str
    municipality: str
    session: str

    def of(self, field: str) -> str:
        """The id that a field of this name takes."""
        stem = field.removesuffix("s").removesuffix("_id")
        known = {
            "survey": self.survey,
            "group": self.group,
            "participant": self.participant,
            "selected": self.participant,
            "pupil": self.participant,
            "staff": self.staff,
            "created_by": self.staff,
            "school": self.school,
            "municipality": self.municipality,
            "session": self.session,
            "import": self.session,
        }
        return known.get(stem, str(NOBODYS))

    @property
    def all(self) -> tuple[str, ...]:
        return (
            self.survey,
            self.group,
            self.participant,
            self.staff,
            self.school,
            self.municipality,
            self.session,
        )


def request_for(method: MethodDescriptor, ids: Ids) -> Message:
    """The RPC's request, every id of it taken from `ids`."""
    made, _ = messages_of(method)
    request = made()
    _fill(request, ids)
    return request


def _fill(message: Message, ids: Ids) -> None:
    for field in message.DESCRIPTOR.fields:
        if field.name in {"from_on", "until_on", "before", "staff_id_filter"}:
            continue
        if message.DESCRIPTOR.name == "EndStaffSessionsRequest" and field.name == "session_id":
            continue
        value = _value(field, ids)
        if message.DESCRIPTOR.name == "RecordSurveyRequest" and field.name == "survey_id":
            # A new one: that an existing survey is another's would hide who may make one.
            value = str(uuid.uuid4())
        if field.message_type is not None:
            _fill_nested(message, field, ids)
        elif field.is_repeated:
            if value is not None:
                getattr(message, field.name).append(value)
        elif value is not None:
            setattr(message, field.name, value)


def _fill_nested(message: Message, field: FieldDescriptor, ids: Ids) -> None:
    kind = field.message_type
    if kind.full_name == "google.protobuf.Timestamp":
        ahead = Timestamp()
        ahead.FromDatetime(datetime.now(UTC) + timedelta(days=3))
        getattr(message, field.name).CopyFrom(ahead)
    elif field.name in {"answers", "grants", "decisions"}:
        return
    elif field.is_repeated:
        _fill(getattr(message, field.name).add(), ids)
    else:
        getattr(message, field.name).SetInParent()
        _fill(getattr(message, field.name), ids)


def _value(field: FieldDescriptor, ids: Ids) -> Any:
    if field.type == FieldDescriptor.TYPE_STRING:
        if field.name in TEXTS:
            return TEXTS[field.name]
        if field.name in {"languages"}:
            return "nb"
        if field.name in {"page_id", "request_key"}:
            return str(uuid.uuid4())
        if field.name.endswith(("_id", "_ids")) or field.name == "created_by":
            return ids.of(field.name)
        return None
    if field.type == FieldDescriptor.TYPE_ENUM:
        return field.enum_type.values[1].number
    if field.type == FieldDescriptor.TYPE_BYTES:
        return b"Navn;Klasse\nEva;5A\n"
    if field.type in {FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_INT64}:
        return {"longest_keep_days": 400, "max_nominees": 3}.get(field.name, 1)
    return None

"""Instants of the domain as protobuf timestamps."""

from datetime import datetime
from typing import overload

from google.protobuf.timestamp_pb2 import Timestamp


@overload
def timestamp_of(at: datetime) -> Timestamp: ...
@overload
def timestamp_of(at: datetime | None) -> Timestamp | None: ...
def timestamp_of(at: datetime | None) -> Timestamp | None:
    """Return the instant, to the microsecond; nothing for nothing, which leaves a field unset."""
    if at is None:
        return None
    timestamp = Timestamp()
    timestamp.FromDatetime(at)
    return timestamp

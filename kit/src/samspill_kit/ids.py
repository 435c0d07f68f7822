"""Ids: one type per entity, so that a survey is never passed where a school is meant."""

import secrets
from dataclasses import dataclass
from typing import Protocol, Self, TypeVar
from uuid import UUID, uuid4

from samspill_kit.clock import Clock
from samspill_kit.errors import Invalid


class IdMalformed(Invalid):
    """A text that should be an id is none; it is not repeated."""

    code = "id_malformed"


@dataclass(frozen=True, slots=True, order=True)
class EntityId:
    """An opaque UUID. Ids of different types are never equal, whatever their value."""

    value: UUID

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the id written in the text. Raises IdMalformed."""
        # The length is checked first, since UUID() also takes braces and "urn:uuid:".
        if len(text) != 36:
            raise IdMalformed(expected=cls.__name__)
        try:
            return cls(UUID(text))
        except ValueError:
            raise IdMalformed(expected=cls.__name__) from None

    def __str__(self) -> str:
        return str(self.value)


class MunicipalityId(EntityId):
    """A municipality, the data controller."""

    __slots__ = ()


class SchoolId(EntityId):
    """A school; whose row a row is."""

    __slots__ = ()


class StaffId(EntityId):
    """A member of staff, the subject that Keycloak gave."""

    __slots__ = ()


class SurveyId(EntityId):
    """A survey."""

    __slots__ = ()


class ParticipantId(EntityId):
    """A pupil inside one survey; random per survey, known to responses, reports and events."""

    __slots__ = ()


class PupilId(EntityId):
    """A pupil in the roster; stays in identity and surveys."""

    __slots__ = ()


class GroupId(EntityId):
    """A class, or any group across classes."""

    __slots__ = ()


class SessionId(EntityId):
    """A sign-in of staff or an entry of a pupil; not the secret token in the cookie."""

    __slots__ = ()


class EventId(EntityId):
    """A fact in an outbox; the same in every inbox."""

    __slots__ = ()


class RequestId(EntityId):
    """A browser's request and every call made for it; the thread through all logs."""

    __slots__ = ()


AnyId = TypeVar("AnyId", bound=EntityId)


class IdFactory(Protocol):
    """Where new ids come from."""

    def new(self, kind: type[AnyId], /) -> AnyId:
        """Return an id that was never given before."""
        ...


class RandomIds:
    """Ids from the operating system's randomness.

    Random on purpose: a participant's id must not tell in which order the class was entered.
    """

    def new(self, kind: type[AnyId], /) -> AnyId:
        """Return a random id (UUID version 4)."""
        return kind(uuid4())


class TimeOrderedIds:
    """Ids that sort by the millisecond of making (UUID version 7, RFC 9562); for events alone."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def new(self, kind: type[AnyId], /) -> AnyId:
        """Return an id whose first 48 bits are the clock's milliseconds."""
        milliseconds = int(self._clock.now().timestamp() * 1000) & (1 << 48) - 1
        number = milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64
        return kind(UUID(int=number | 0b10 << 62 | secrets.randbits(62)))

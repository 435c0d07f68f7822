"""Kinds of refusal, each with a code; plain Python, so that the domain may raise them."""

from collections.abc import Mapping
from typing import ClassVar


class DomainError(Exception):
    """A refusal that the caller may see.

    Subclasses state a `code`, a contract listed in docs/errors.md. Details are ids, numbers and
    names of fields, never personal data (SPEC P2): they travel to the caller and into logs.
    """

    code: str
    kind: ClassVar[type["DomainError"]]

    def __init__(self, **details: object) -> None:
        super().__init__(self.code)
        self.details: Mapping[str, str] = {name: str(value) for name, value in details.items()}

    def __str__(self) -> str:
        return self.code


class Invalid(DomainError):
    """The request itself can never be right."""

    code = "invalid"


class Unauthenticated(DomainError):
    """Nobody is known to be asking."""

    code = "unauthenticated"


class Forbidden(DomainError):
    """Somebody known may not do this."""

    code = "forbidden"


class NotFound(DomainError):
    """Missing, or of another school: the same answer (SPEC I4)."""

    code = "not_found"


class AlreadyExists(DomainError):
    """What should be made is there already."""

    code = "already_exists"


class Stale(DomainError):
    """Somebody else changed it meanwhile; read again and decide anew."""

    code = "stale"


class Refused(DomainError):
    """A right request in the wrong state."""

    code = "refused"


class TooMany(DomainError):
    """Asked too often; the detail `retry_after` counts whole seconds."""

    code = "too_many"


class Unavailable(DomainError):
    """Something needed does not answer now; asking again may help."""

    code = "unavailable"


KINDS: tuple[type[DomainError], ...] = (
    Invalid,
    Unauthenticated,
    Forbidden,
    NotFound,
    AlreadyExists,
    Stale,
    Refused,
    TooMany,
    Unavailable,
)
"""Every kind there is; a DomainError belongs to exactly one of them."""

for _kind in KINDS:
    _kind.kind = _kind


def rebuild(kind: type[DomainError], code: str, details: Mapping[str, str]) -> DomainError:
    """Return an error of this kind with the code that another service gave it."""
    error = kind(**details)
    error.code = code
    return error

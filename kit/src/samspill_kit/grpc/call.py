"""The call that is being answered: who asks, until when, and what travels on with further calls."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import uuid4

from samspill_kit.auth.errors import PassportMissing, PassportOfOtherKind, PermitMissing
from samspill_kit.principal import (
    MunicipalityPrincipal,
    Permit,
    Principal,
    PupilPrincipal,
    ServicePrincipal,
    StaffPrincipal,
)


@dataclass(frozen=True, slots=True)
class Call:
    """One call as its guard has verified it."""

    principal: Principal
    caller: str
    """The service whose certificate the connection has."""

    permit: Permit | None = None


@dataclass(frozen=True, slots=True)
class Travelling:
    """What is sent along with every call made meanwhile."""

    request_id: str
    passport: str | None = None
    permit: str | None = None
    expires_at: float | None = None
    """On this machine's monotonic clock."""


Person = TypeVar("Person", StaffPrincipal, PupilPrincipal, MunicipalityPrincipal)

_call: ContextVar[Call] = ContextVar("samspill_call")
_travelling: ContextVar[Travelling | None] = ContextVar("samspill_travelling", default=None)


def current() -> Call:
    """Return the call that is being answered. Raises LookupError outside of one."""
    return _call.get()


def staff() -> StaffPrincipal:
    """Return the member of staff who asks. Raises PassportMissing, PassportOfOtherKind."""
    return _person(StaffPrincipal)


def pupil() -> PupilPrincipal:
    """Return the pupil who asks. Raises PassportMissing, PassportOfOtherKind."""
    return _person(PupilPrincipal)


def municipality() -> MunicipalityPrincipal:
    """Return the administrator who asks. Raises PassportMissing, PassportOfOtherKind."""
    return _person(MunicipalityPrincipal)


def _person(kind: type[Person]) -> Person:
    principal = current().principal
    if isinstance(principal, kind):
        return principal
    if isinstance(principal, ServicePrincipal):
        raise PassportMissing
    raise PassportOfOtherKind


def permit() -> Permit:
    """Return the verified permit that came with the call. Raises PermitMissing (SPEC I8)."""
    verified = current().permit
    if verified is None:
        raise PermitMissing
    return verified


def caller() -> str:
    """Return the name of the service that calls, as its certificate says."""
    return current().caller


def answering(call: Call, travelling: Travelling) -> None:
    """Make this the call of the running task; the server's guard does it."""
    _call.set(call)
    _travelling.set(travelling)


def travelling() -> Travelling:
    """Return what goes along with calls made now; a new request id where there is none yet."""
    return _travelling.get() or Travelling(request_id=str(uuid4()))


@contextmanager
def on_behalf(
    *,
    passport: str | None = None,
    request_id: str | None = None,
    seconds: float | None = None,
) -> Iterator[None]:
    """Make calls inside with this passport, request id and time in all; for the gateway."""
    expires_at = None if seconds is None else time.monotonic() + seconds
    token = _travelling.set(
        Travelling(request_id or travelling().request_id, passport, None, expires_at)
    )
    try:
        yield
    finally:
        _travelling.reset(token)


@contextmanager
def with_permit(signed: str) -> Iterator[None]:
    """Send this permit along with the calls made inside."""
    token = _travelling.set(replace(travelling(), permit=signed))
    try:
        yield
    finally:
        _travelling.reset(token)

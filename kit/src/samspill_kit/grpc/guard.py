"""What every call passes before its method: metrics, errors, deadline, caller, passport, limits.

The checks are bound to each method once, at registration, instead of running as a chain of
interceptors: a save must cost less than a millisecond of this process.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import grpc
import protovalidate
import structlog
from grpc.aio import AbortError, ServicerContext

from samspill_kit import metrics
from samspill_kit.auth.errors import PassportMissing, PassportOfOtherKind
from samspill_kit.auth.reading import PassportReader, PermitReader
from samspill_kit.errors import DomainError
from samspill_kit.grpc import call
from samspill_kit.grpc.error_codes import (
    CallerNotAllowed,
    DeadlineMissing,
    RequestMalformed,
    abort_with,
)
from samspill_kit.grpc.tls import service_of
from samspill_kit.ids import IdMalformed, RequestId
from samspill_kit.logging import get_logger
from samspill_kit.principal import (
    MunicipalityPrincipal,
    Principal,
    PupilPrincipal,
    ServicePrincipal,
    StaffPrincipal,
)

log = get_logger(__name__)

PASSPORT_KEY: Final = "samspill-passport"
PERMIT_KEY: Final = "samspill-permit"
REQUEST_ID_KEY: Final = "samspill-request-id"

Context = ServicerContext[Any, Any]
Method = Callable[[Any, Context], Awaitable[Any]]


class Passport(Enum):
    """Whose passport a gRPC service demands."""

    STAFF = "staff"
    PUPIL = "pupil"
    EITHER = "either"
    """Staff or a pupil."""

    MUNICIPALITY = "municipality"
    NONE = "none"
    """Work without a person: the certificate alone; a passport is not looked at."""


_KINDS: Final[Mapping[Passport, tuple[type, ...]]] = {
    Passport.STAFF: (StaffPrincipal,),
    Passport.PUPIL: (PupilPrincipal,),
    Passport.EITHER: (StaffPrincipal, PupilPrincipal),
    Passport.MUNICIPALITY: (MunicipalityPrincipal,),
}


@dataclass(frozen=True, slots=True)
class Admission:
    """Who may call one gRPC service."""

    callers: frozenset[str]
    passport: Passport


@dataclass(frozen=True, slots=True)
class Guard:
    """Wraps the methods of one server."""

    service: str
    passports: PassportReader | None
    permits: PermitReader | None

    def around(self, name: str, method: Method, admission: Admission) -> Method:
        """Return the method with every check before it."""
        measures = _Measures(name)

        async def guarded(request: Any, context: Context) -> Any:
            began_at = time.perf_counter()
            outcome = "internal"
            try:
                await self._admit(request, context, admission)
                answer = await method(request, context)
                outcome = "ok"
                return answer
            except DomainError as error:
                outcome = error.kind.code
                await abort_with(context, error, service=self.service)
            except AbortError:
                outcome = "aborted"
                raise
            except asyncio.CancelledError:
                outcome = "cancelled"
                raise
            except Exception:
                log.exception("A call failed", method=name)
                await context.abort(grpc.StatusCode.INTERNAL, "internal")
            finally:
                measures.note(outcome, time.perf_counter() - began_at)

        return guarded

    async def _admit(self, request: Any, context: Context, admission: Admission) -> None:
        sent = _sent_along(context)
        request_id = _request_id(sent)
        structlog.contextvars.bind_contextvars(request_id=request_id)
        left = context.time_remaining()
        if left is None:
            raise DeadlineMissing
        caller = _caller_of(context)
        if caller not in admission.callers:
            raise CallerNotAllowed(caller=caller or "unknown")
        passport, permit = sent.get(PASSPORT_KEY), sent.get(PERMIT_KEY)
        principal = await self._principal(admission.passport, passport, caller)
        verified = await self.permits.read(permit) if permit and self.permits else None
        _demand_valid(request)
        call.answering(
            call.Call(principal, caller, verified),
            call.Travelling(request_id, passport, permit, time.monotonic() + left),
        )

    async def _principal(self, wanted: Passport, token: str | None, caller: str) -> Principal:
        if wanted is Passport.NONE:
            return ServicePrincipal(caller)
        if not token or self.passports is None:
            raise PassportMissing
        person = await self.passports.read(token)
        if not isinstance(person, _KINDS[wanted]):
            raise PassportOfOtherKind
        return person


class _Measures:
    """The metrics of one method with their labels looked up once each."""

    __slots__ = ("_by_outcome", "_name", "_seconds")

    def __init__(self, name: str) -> None:
        self._name = name
        self._seconds = metrics.RPC_SERVER_SECONDS.labels(name)
        self._by_outcome: dict[str, Any] = {}
        for outcome in ("ok", "internal"):
            self._counter(outcome)

    def note(self, outcome: str, seconds: float) -> None:
        self._seconds.observe(seconds)
        (self._by_outcome.get(outcome) or self._counter(outcome)).inc()

    def _counter(self, outcome: str) -> Any:
        counter = metrics.RPC_SERVER_CALLS.labels(self._name, outcome)
        self._by_outcome[outcome] = counter
        return counter


def _sent_along(context: Context) -> Mapping[str, str]:
    sent = context.invocation_metadata() or ()
    return {key: value for key, value in sent if isinstance(value, str)}


def _request_id(sent: Mapping[str, str]) -> str:
    """Return the caller's request id; anything that is none is replaced, since it reaches logs."""
    try:
        return str(RequestId.parse(sent.get(REQUEST_ID_KEY, "")))
    except IdMalformed:
        return call.travelling().request_id


def _caller_of(context: Context) -> str | None:
    names = context.auth_context().get("x509_subject_alternative_name", ())
    return service_of(name if isinstance(name, bytes) else name.encode() for name in names)


def _demand_valid(request: Any) -> None:
    try:
        protovalidate.validate(request, fail_fast=True)
    except protovalidate.ValidationError as error:
        broken = error.violations[0].proto
        elements = broken.field.elements if broken.field else ()
        field = ".".join(element.field_name for element in elements)
        raise RequestMalformed(field=field, rule=broken.rule_id) from None

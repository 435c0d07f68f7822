"""The one place that knows which status an error's kind has on the wire, and back."""

from collections.abc import Iterable
from typing import Any, Final, NoReturn

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status
from grpc.aio import AioRpcError, ServicerContext

from samspill_kit.errors import (
    AlreadyExists,
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    Refused,
    Stale,
    TooMany,
    Unauthenticated,
    Unavailable,
    rebuild,
)

STATUS_OF_KIND: Final[dict[type[DomainError], grpc.StatusCode]] = {
    Invalid: grpc.StatusCode.INVALID_ARGUMENT,
    Unauthenticated: grpc.StatusCode.UNAUTHENTICATED,
    Forbidden: grpc.StatusCode.PERMISSION_DENIED,
    NotFound: grpc.StatusCode.NOT_FOUND,
    AlreadyExists: grpc.StatusCode.ALREADY_EXISTS,
    Stale: grpc.StatusCode.ABORTED,
    Refused: grpc.StatusCode.FAILED_PRECONDITION,
    TooMany: grpc.StatusCode.RESOURCE_EXHAUSTED,
    Unavailable: grpc.StatusCode.UNAVAILABLE,
}
KIND_OF_STATUS: Final = {status: kind for kind, status in STATUS_OF_KIND.items()}

_DETAILS_TRAILER: Final = "grpc-status-details-bin"


class RequestMalformed(Invalid):
    """The request breaks a limit of its contract; details name the field and the rule."""

    code = "request_malformed"


class DeadlineMissing(Invalid):
    """The call says no time by which it must be done."""

    code = "deadline_missing"


class CallerNotAllowed(Forbidden):
    """The calling service may not use this part of the service."""

    code = "caller_not_allowed"


class ServiceUnreachable(Unavailable):
    """The other service does not answer."""

    code = "service_unreachable"


class ServiceTooSlow(Unavailable):
    """The other service did not answer in time; whether it did the work is not known."""

    code = "service_too_slow"


class CallFailed(Exception):
    """The other service has a bug, or its contract is another; nothing more is told."""


async def abort_with(
    context: ServicerContext[Any, Any], error: DomainError, *, service: str
) -> NoReturn:
    """End the call so that the client can rebuild exactly this error."""
    status = STATUS_OF_KIND[error.kind]
    described = ErrorInfo(
        reason=error.code, domain=f"samspill.{service}", metadata=dict(error.details)
    )
    packed = AnyMessage()
    packed.Pack(described)
    trailer = Status(code=status.value[0], message=error.code, details=[packed])
    trailing: Any = ((_DETAILS_TRAILER, trailer.SerializeToString()),)
    await context.abort(status, error.code, trailing)


def error_of(failure: AioRpcError, *, service: str) -> Exception:
    """Return the error that the other service raised, or the reason why there is no answer."""
    described = _described(failure.trailing_metadata() or ())
    kind = KIND_OF_STATUS.get(failure.code())
    if described is not None and kind is not None:
        return rebuild(kind, described.reason, dict(described.metadata))
    if failure.code() is grpc.StatusCode.UNAVAILABLE:
        return ServiceUnreachable(service=service)
    if failure.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
        return ServiceTooSlow(service=service)
    return CallFailed(f"{service} answered {failure.code().name}")


def _described(trailers: Iterable[tuple[str, str | bytes]]) -> ErrorInfo | None:
    for key, value in trailers:
        if key == _DETAILS_TRAILER and isinstance(value, bytes):
            for detail in Status.FromString(value).details:
                described = ErrorInfo()
                if detail.Unpack(described):
                    return described
    return None

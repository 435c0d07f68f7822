"""How a page calls a service: on behalf of the visitor whose passport it holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from samspill_kit.grpc import Channel
from samspill_kit.grpc.call import on_behalf

Stub = TypeVar("Stub")


class Bearer(Protocol):
    """Somebody with a passport."""

    @property
    def passport(self) -> str: ...


class Calls:
    """One service's channel, with the visitor's passport put on each call."""

    def __init__(self, channel: Channel, *, repeatable: tuple[str, ...] = ()) -> None:
        self._channel = channel
        self._repeatable = repeatable

    def stub(self, made_by: Callable[..., Stub]) -> Stub:
        return self._channel.stub(made_by, idempotent=self._repeatable)

    async def __call__(
        self,
        method: Any,
        request: Any,
        bearer: Bearer | None = None,
        *,
        seconds: float | None = None,
    ) -> Any:
        """Call a stub's method, within the channel's time unless told. Raises what the service raised."""
        passport = bearer.passport if bearer else None
        with on_behalf(passport=passport, seconds=seconds or self._channel.timeout):
            return await method(request, timeout=seconds)

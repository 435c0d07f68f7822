"""Keys that lie wrapped. Who wraps them and where they lie are two separate choices."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

from samspill_kit.clock import Clock
from samspill_kit.errors import DomainError
from samspill_kit.ids import SchoolId, SurveyId
from samspill_kit.logging import get_logger
from samspill_retention.domain.errors import KeyIsGone

log = get_logger(__name__)

KEY_BYTES: Final = 32

THREADS: Final = 8
"""Of the store alone: a Vault that hangs must not keep others' name look-ups waiting."""

ANSWER_HOLDS_FOR: Final = timedelta(seconds=10)
"""Readiness is asked every 2 s; each look at a key is four lines in Vault's audit log."""

Found = TypeVar("Found")


class KeyWrapping(Protocol):
    """Holds the root key. Every call may wait for a network: never in the event loop."""

    def wrap(self, key: bytes, name: str) -> bytes:
        """Return the key so that it opens under this name and this root key alone."""
        ...

    def unwrap(self, wrapped: bytes, name: str) -> bytes:
        """Return the key.

        Raises:
            RootKeyDoesNotFit: another root key wrapped it, or it lay under another name.
        """
        ...


class KeyPlace(Protocol):
    """Where wrapped keys lie, by names such as `surveys/<id>`. Every call may wait for a network.

    What was written is lasting when a call returns, also under two replicas at once.
    """

    def add(self, name: str, wrapped: bytes) -> None:
        """Lay a key down; one that lies there already stays as it is."""

    def find(self, name: str) -> bytes | None:
        """Return what lies there, or None when it was destroyed or never made."""
        ...

    def destroy(self, name: str) -> None:
        """Leave nothing that could be opened or brought back; safe to repeat."""

    def add_tombstone(self, survey_id: str, at: datetime) -> None:
        """Remember a survey for ever; safe to repeat."""

    def tombstones(self) -> frozenset[str]:
        """Return every survey that is remembered."""
        ...


class WrappedKeyStore:
    """The KeyStore over any wrapping and any place; it waits in threads of its own.

    A part of a Service, so that the threads end with it.
    """

    def __init__(self, wrapping: KeyWrapping, place: KeyPlace, clock: Clock) -> None:
        self._wrapping = wrapping
        self._place = place
        self._clock = clock
        self._answered_at: datetime | None = None
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="keys")

    async def start(self) -> None:
        """Nothing: the first request is made while the service is put together."""

    async def stop(self) -> None:
        """Begin nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def answers(self) -> bool:
        """Whether a key could be opened at most ten seconds ago; a readiness check."""
        now = self._clock.now()
        if self._answered_at and abs(now - self._answered_at) < ANSWER_HOLDS_FOR:
            return True
        try:
            await self.receipt_key()
        except DomainError as error:
            if self._answered_at:  # Once, not every two seconds until it is back.
                log.warning("The key store cannot be opened", error=error.code, **error.details)
            self._answered_at = None
            return False
        self._answered_at = now
        return True

    async def create_survey_key(self, survey_id: SurveyId) -> None:
        await self._apart(self._create, f"surveys/{survey_id}")

    async def survey_key(self, survey_id: SurveyId) -> bytes:
        key = await self._apart(self._open, f"surveys/{survey_id}")
        if key is None:
            raise KeyIsGone(survey_id=str(survey_id))
        return key

    async def destroy_survey_key(self, survey_id: SurveyId) -> None:
        await self._apart(self._destroy, str(survey_id), self._clock.now())

    async def school_key(self, school_id: SchoolId) -> bytes:
        return await self._apart(self._made, f"schools/{school_id}")

    async def pepper(self) -> bytes:
        return await self._apart(self._made, "installation/pepper")

    async def receipt_key(self) -> bytes:
        return await self._apart(self._made, "installation/receipts")

    async def tombstones(self) -> frozenset[str]:
        return await self._apart(self._place.tombstones)

    async def _apart(self, work: Callable[..., Found], *given: object) -> Found:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *given)

    def _create(self, name: str) -> None:
        if self._place.find(name) is None:
            self._place.add(name, self._wrapping.wrap(secrets.token_bytes(KEY_BYTES), name))

    def _open(self, name: str) -> bytes | None:
        wrapped = self._place.find(name)
        return None if wrapped is None else self._wrapping.unwrap(wrapped, name)

    def _made(self, name: str) -> bytes:
        key = self._open(name)
        if key is None:
            self._create(name)
            # What lies there now, which may be another replica's: both must say the same.
            key = self._open(name)
        if key is None:
            raise KeyIsGone(part=kind_of(name))
        return key

    def _destroy(self, survey_id: str, at: datetime) -> None:
        # The tombstone goes first: a crash between the two leaves a key that is destroyed again,
        # never a deletion that a restored database has forgotten.
        self._place.add_tombstone(survey_id, at)
        self._place.destroy(f"surveys/{survey_id}")


def kind_of(name: str) -> str:
    """Return what an error may say of a key: surveys, schools or installation, never an id."""
    return name.split("/", maxsplit=1)[0]

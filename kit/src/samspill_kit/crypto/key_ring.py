"""Survey keys on loan from retention, in memory for their lease (ARCHITECTURE.md section 4)."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Generic, TypeVar

from samspill_kit.crypto.envelope import Envelope
from samspill_kit.errors import DomainError, Unavailable
from samspill_kit.ids import SchoolId, SurveyId

RENEW_AFTER: Final = timedelta(minutes=1)
"""Asked again after this long, so that retention may then be down for nearly the whole lease."""


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """What retention answers: 32 bytes, and how long they may be held without asking again."""

    key: bytes
    lease_for: timedelta


Issue = Callable[[SchoolId, SurveyId], Awaitable[IssuedKey]]

Opened = TypeVar("Opened")


@dataclass(slots=True)
class _Held(Generic[Opened]):
    opened: Opened
    issued_at: float
    expires_at: float
    renewal: asyncio.Task[None] | None = None


class LeasedKeys(Generic[Opened]):
    """What is made of the keys of surveys being worked on; one request to retention at a time each.

    A held key is never permission: whoever uses it checks the survey's own state (SPEC P3).
    """

    def __init__(
        self,
        issue: Issue,
        made_of: Callable[[bytes], Opened],
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._issue = issue
        self._made_of = made_of
        self._monotonic = monotonic
        self._held: dict[SurveyId, _Held[Opened]] = {}
        self._asking: dict[SurveyId, asyncio.Task[_Held[Opened]]] = {}

    async def key(self, school_id: SchoolId, survey_id: SurveyId) -> Opened:
        """Return what is made of the survey's key, from memory while the lease lasts.

        Raises what retention answers: NotFound or Refused for a locked or erased survey,
        Unavailable when it does not answer and no lease is left.
        """
        held = self._held.get(survey_id)
        now = self._monotonic()
        if held is None or held.expires_at <= now:
            return (await self._ask_once(school_id, survey_id)).opened
        if now - held.issued_at > RENEW_AFTER.total_seconds() and held.renewal is None:
            held.renewal = asyncio.create_task(self._renew(school_id, survey_id))
        return held.opened

    def holds(self, survey_id: SurveyId) -> bool:
        """Whether the survey's key is in memory now."""
        return survey_id in self._held

    def forget(self, survey_id: SurveyId) -> None:
        """Drop the survey's key now; call it when the survey is locked."""
        self._held.pop(survey_id, None)
        # An answer that is still under way is then not kept.
        self._asking.pop(survey_id, None)

    async def _ask_once(self, school_id: SchoolId, survey_id: SurveyId) -> _Held[Opened]:
        asking = self._asking.get(survey_id)
        if asking is None:
            asking = asyncio.create_task(self._ask(school_id, survey_id))
            self._asking[survey_id] = asking
            asking.add_done_callback(lambda done: self._answered(survey_id, done))
        # Shielded: one caller giving up must not take the key from the others.
        return await asyncio.shield(asking)

    async def _ask(self, school_id: SchoolId, survey_id: SurveyId) -> _Held[Opened]:
        asked_at = self._monotonic()
        issued = await self._issue(school_id, survey_id)
        seconds = issued.lease_for.total_seconds()
        held = _Held(self._made_of(issued.key), asked_at, asked_at + seconds)
        if self._asking.get(survey_id) is asyncio.current_task():
            self._held[survey_id] = held
            asyncio.get_running_loop().call_later(seconds, self._drop, survey_id, held)
        return held

    def _answered(self, survey_id: SurveyId, asked: asyncio.Task[_Held[Opened]]) -> None:
        if self._asking.get(survey_id) is asked:
            del self._asking[survey_id]

    def _drop(self, survey_id: SurveyId, held: _Held[Opened]) -> None:
        """End a lease that nobody renewed: the receipt of a deletion counts on it (SPEC T4)."""
        if self._held.get(survey_id) is held:
            del self._held[survey_id]

    async def _renew(self, school_id: SchoolId, survey_id: SurveyId) -> None:
        try:
            await self._ask_once(school_id, survey_id)
        except Unavailable:
            if held := self._held.get(survey_id):
                held.issued_at = self._monotonic()
                held.renewal = None
        except DomainError:
            self.forget(survey_id)


class KeyRing(LeasedKeys[Envelope]):
    """The envelopes of the surveys that are being worked on."""

    def __init__(self, issue: Issue, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__(issue, Envelope, monotonic=monotonic)

"""What retention's use cases need from the world."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Protocol

from samspill_kit.ids import SchoolId, SurveyId

from .audit_heads import KeptHead
from .deletion import Deletion, Receipt
from .lifetime import Lifetime


class KeyStore(Protocol):
    """Survey keys outside every database (SPEC P1). Every write is lasting when it returns.

    Each call may take as long as a network does.

    Raises:
        KeyStoreUnavailable: nothing is known; asking again is safe.
        KeyStoreDenied: the same, but a person has to put it right.
        RootKeyDoesNotFit: the keys are there and cannot be opened.
    """

    async def create_survey_key(self, survey_id: SurveyId) -> None:
        """Make a survey's key; a key that exists is left as it is."""

    async def survey_key(self, survey_id: SurveyId) -> bytes:
        """Return the 32 bytes of a survey's key.

        Raises:
            KeyIsGone: the key was destroyed or never made.
        """
        ...

    async def destroy_survey_key(self, survey_id: SurveyId) -> None:
        """Append a survey's tombstone, then destroy its key for good; safe to repeat."""

    async def school_key(self, school_id: SchoolId) -> bytes:
        """Return a school's roster key, made at the first request, also by two at once."""
        ...

    async def pepper(self) -> bytes:
        """Return the installation's pepper for access codes, made at the first request."""
        ...

    async def receipt_key(self) -> bytes:
        """Return the seed of the key that signs receipts, made at the first request."""
        ...

    async def tombstones(self) -> frozenset[str]:
        """Return the ids of every survey whose key was ever destroyed here (SPEC T6)."""
        ...


class Lifetimes(Protocol):
    """Registered surveys of the schools in scope."""

    async def add(self, lifetime: Lifetime) -> None:
        """Register a survey; one that exists is left as it is."""

    async def find(self, survey_id: SurveyId) -> Lifetime | None:
        """Return a survey's lifetime, or None outside the scope or when unknown."""

    async def save(self, lifetime: Lifetime) -> None:
        """Store a changed lifetime."""

    async def remove(self, survey_id: SurveyId) -> None:
        """Forget a lifetime whose survey is gone."""


class Deletions(Protocol):
    """Deletions of the schools in scope."""

    async def find(self, survey_id: SurveyId, *, for_update: bool = False) -> Deletion | None:
        """Return the newest deletion of a survey; None when nobody asked for one."""

    async def newest(self, *, limit: int) -> Sequence[Deletion]:
        """Return the schools' deletions, newest first."""

    async def save(self, deletion: Deletion) -> None:
        """Store a new or changed deletion."""


class AuditHeads(Protocol):
    """Copies of the heads of one school's audit chain; never changed."""

    async def newest(self) -> KeptHead | None:
        """The copy of the last known head."""

    async def add(self, kept: KeptHead) -> None:
        """Keep a head; one that is there already stays as it is."""


class Work(Protocol):
    """One transaction in the scope of one school."""

    @property
    def lifetimes(self) -> Lifetimes:
        """The school's lifetimes."""
        ...

    @property
    def deletions(self) -> Deletions:
        """The school's deletions."""
        ...

    @property
    def audit_heads(self) -> AuditHeads:
        """The school's heads."""
        ...

    def tell_erased(self, deletion: Deletion) -> None:
        """Write the fact SurveyErased to the outbox."""

    async def record(self, event_id: str) -> bool:
        """Record an incoming event; False when it was there already."""
        ...

    async def commit(self) -> None:
        """Make everything lasting."""


Begin = Callable[[SchoolId], AbstractAsyncContextManager[Work]]
"""Opens a unit of work scoped to one school; it rolls back unless committed."""


class Erasers(Protocol):
    """The four services that hold something of a survey."""

    async def lock(self, service: str, school_id: SchoolId, survey_id: SurveyId) -> None:
        """Lock the survey in one service; committed there when this returns.

        Raises:
            Unavailable: the service did not answer; nothing is known.
        """

    async def unlock(self, service: str, school_id: SchoolId, survey_id: SurveyId) -> None:
        """Take the lock back in one service."""

    async def erase(
        self, service: str, school_id: SchoolId, survey_id: SurveyId
    ) -> Mapping[str, int]:
        """Remove the survey's rows in one service and return counts per table."""


class Agenda(Protocol):
    """What is waiting in any school: ids and dates alone, read by the jobs role."""

    async def unfinished_deletions(self) -> Sequence[tuple[SchoolId, SurveyId]]:
        """Return deletions that are neither taken back nor receipted."""

    async def due_lifetimes(self) -> Sequence[tuple[SchoolId, SurveyId]]:
        """Return surveys past their last day without a deletion."""


class ReceiptSigner(Protocol):
    """Signs what remains of a survey."""

    def sign(self, document: Mapping[str, object]) -> Receipt:
        """Return the document as JSON and as a compact JWS."""


class KeyPolicy(Protocol):
    """How long others may hold keys without asking again."""

    lease_for: timedelta

"""How a survey is deleted: locked everywhere, key destroyed, rows gone, receipt (SPEC T2, T4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from samspill_kit.ids import SchoolId, StaffId, SurveyId

from .errors import DeletionIsFinal

SERVICES: Final = ("identity", "surveys", "responses", "reports")
"""Every service that may hold something of a survey; each must lock and erase by itself."""

REGRET_FOR: Final = timedelta(days=7)
"""How long a person may take a deletion back (SPEC T2)."""

KEY_BACKUPS_FOR: Final = timedelta(days=7)
"""Oldest backup of the key store that may exist (SPEC P1)."""


class DeletionState(StrEnum):
    """How far a deletion has come; only ever forwards, but for a regret while locked."""

    LOCKING = "locking"
    LOCKED = "locked"
    KEY_DESTROYED = "key_destroyed"
    ERASED = "erased"
    RECEIPT_SIGNED = "receipt_signed"
    TAKEN_BACK = "taken_back"


class DeletionReason(StrEnum):
    PERSON = "person"
    DEADLINE = "deadline"


@dataclass(slots=True)
class ServiceErasure:
    """What one service has acknowledged: its lock, then its removed rows per table."""

    service: str
    locked_at: datetime | None = None
    erased_at: datetime | None = None
    rows: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What remains: a signed document of ids, dates and counts."""

    json: str
    jws: str
    key_gone_after: date


@dataclass(slots=True)
class Deletion:
    """One survey's deletion, from the request to the receipt."""

    school_id: SchoolId
    survey_id: SurveyId
    reason: DeletionReason
    asked_by: StaffId | None
    asked_at: datetime
    due_at: datetime
    at_once: bool
    services: dict[str, ServiceErasure]
    key_destroyed_at: datetime | None = None
    receipt_at: datetime | None = None
    receipt: Receipt | None = None
    taken_back_at: datetime | None = None

    @classmethod
    def asked(
        cls,
        school_id: SchoolId,
        survey_id: SurveyId,
        *,
        by: StaffId | None,
        at: datetime,
        at_once: bool,
    ) -> Deletion:
        """Begin a deletion by a person, or by the deadline when nobody asked."""
        final = at_once or by is None
        return cls(
            school_id=school_id,
            survey_id=survey_id,
            reason=DeletionReason.DEADLINE if by is None else DeletionReason.PERSON,
            asked_by=by,
            asked_at=at,
            due_at=at if final else at + REGRET_FOR,
            at_once=final,
            services={name: ServiceErasure(name) for name in SERVICES},
        )

    @property
    def state(self) -> DeletionState:
        if self.taken_back_at:
            return DeletionState.TAKEN_BACK
        if self.receipt:
            return DeletionState.RECEIPT_SIGNED
        if self.key_destroyed_at:
            return DeletionState.ERASED if self.is_erased else DeletionState.KEY_DESTROYED
        return DeletionState.LOCKED if self.is_locked else DeletionState.LOCKING

    @property
    def is_locked(self) -> bool:
        return all(each.locked_at for each in self.services.values())

    @property
    def is_erased(self) -> bool:
        return all(each.erased_at for each in self.services.values())

    @property
    def is_finished(self) -> bool:
        """Say whether nothing is left to do: receipted, or taken back and unlocked everywhere."""
        if self.taken_back_at:
            return not any(each.locked_at for each in self.services.values())
        return self.receipt is not None

    @property
    def due_since(self) -> datetime:
        """When all that can be done at once should begin: the last day of regret, or its use."""
        return self.taken_back_at or self.due_at

    def may_destroy_key(self, *, now: datetime) -> bool:
        """Say whether the key may go: locked everywhere and no longer to be regretted."""
        return self.is_locked and not self.taken_back_at and now >= self.due_at

    def may_sign_receipt(self, *, now: datetime) -> bool:
        return self.is_erased and self.receipt_at is not None and now >= self.receipt_at

    def key_destroyed(self, *, at: datetime, lease_for: timedelta) -> None:
        """Record that the key is gone; a service may still hold its sub-key for one lease."""
        if self.key_destroyed_at is None:
            self.key_destroyed_at = at
            self.receipt_at = at + lease_for

    def take_back(self, *, at: datetime) -> None:
        """Let the survey live on; services are unlocked one by one, again until each has answered.

        Raises:
            DeletionIsFinal: it was asked for at once, is due, or the key is gone already.
        """
        if self.at_once or self.key_destroyed_at or at >= self.due_at:
            raise DeletionIsFinal(survey_id=str(self.survey_id))
        self.taken_back_at = at
        for each in self.services.values():
            # A lock that nobody has answered for may have arrived all the same.
            each.locked_at = each.locked_at or at

    def make_final(self, *, at: datetime) -> None:
        """End the days of regret now; safe to repeat."""
        if not self.at_once:
            self.at_once, self.due_at = True, at

    def receipt_document(self, *, at: datetime) -> dict[str, object]:
        """Return the receipt's content: ids, dates and counts, nothing about a person."""
        assert self.key_destroyed_at is not None
        return {
            "survey_id": str(self.survey_id),
            "school_id": str(self.school_id),
            "reason": self.reason.value,
            "asked_at": _instant(self.asked_at),
            "locked_at": _instant(
                max(each.locked_at for each in self.services.values() if each.locked_at)
            ),
            "key_destroyed_at": _instant(self.key_destroyed_at),
            "services": {
                name: {
                    "erased_at": _instant(each.erased_at),
                    "rows": dict(sorted(each.rows.items())),
                }
                for name, each in sorted(self.services.items())
            },
            "key_gone_after": self.key_gone_after.isoformat(),
            "issued_at": _instant(at),
        }

    @property
    def key_gone_after(self) -> date:
        """The day after which no copy of the key exists in any backup (SPEC T4)."""
        assert self.key_destroyed_at is not None
        return (self.key_destroyed_at + KEY_BACKUPS_FOR).date()


def _instant(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None

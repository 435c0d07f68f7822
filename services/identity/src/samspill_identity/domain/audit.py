"""The audit chain: each entry carries the hash of the one before it (SPEC I8)."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Final

from samspill_kit.ids import EntityId, ParticipantId, SchoolId, StaffId, SurveyId
from samspill_kit.principal import Level

GENESIS: Final = bytes(32)
"""What stands before a school's first entry."""


class AuditId(EntityId):
    """One entry of an audit chain; a permit names it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Deed:
    """Who did what, why, when; ids only."""

    id: AuditId
    school_id: SchoolId
    staff_id: StaffId
    purpose: str
    at: datetime
    survey_id: SurveyId | None = None
    level: Level | None = None
    participants: tuple[ParticipantId, ...] = ()
    """Empty: the whole survey."""

    subject_id: StaffId | None = None
    """Whose grants were changed."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A deed in its place in the chain."""

    sequence: int
    deed: Deed
    previous: bytes
    digest: bytes

    @property
    def is_genuine(self) -> bool:
        """Whether the digest is that of the content."""
        return self.digest == digest_of(self.sequence, self.deed, self.previous)


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The last place of a school's chain."""

    sequence: int = 0
    digest: bytes = GENESIS

    def append(self, deed: Deed) -> AuditEntry:
        """The deed as the entry that follows."""
        sequence = self.sequence + 1
        return AuditEntry(sequence, deed, self.digest, digest_of(sequence, deed, self.digest))


def digest_of(sequence: int, deed: Deed, previous: bytes) -> bytes:
    """SHA-256 over the digest before and the entry's canonical JSON."""
    content = {
        "sequence": sequence,
        "id": str(deed.id),
        "school": str(deed.school_id),
        "staff": str(deed.staff_id),
        "purpose": deed.purpose,
        "at": deed.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "survey": str(deed.survey_id) if deed.survey_id else None,
        "level": deed.level.value if deed.level else None,
        "participants": sorted(str(one) for one in deed.participants),
        "subject": str(deed.subject_id) if deed.subject_id else None,
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
    return hashlib.sha256(previous + canonical).digest()


class Break(Enum):
    """What was found wrong with a chain."""

    ENTRY_CHANGED = "entry_changed"
    ENTRY_MISSING = "entry_missing"
    TAIL_CUT = "tail_cut"
    DIFFERS_FROM_COPY = "differs_from_copy"


def first_break(
    entries: Iterable[AuditEntry], head: ChainHead, copy: ChainHead | None
) -> Break | None:
    """What is wrong with the whole chain, entries oldest first; None when nothing is.

    Finds an entry that was changed, inserted, moved, taken out, or cut off at the end; and, by the
    copy of an earlier head that retention keeps, a chain that was rewritten or cut with its head.
    """
    expected = ChainHead()
    copied = copy is None
    for entry in entries:
        if entry.sequence != expected.sequence + 1:
            return Break.ENTRY_MISSING
        if entry.previous != expected.digest or not entry.is_genuine:
            return Break.ENTRY_CHANGED
        expected = ChainHead(entry.sequence, entry.digest)
        if copy and entry.sequence == copy.sequence:
            if entry.digest != copy.digest:
                return Break.DIFFERS_FROM_COPY
            copied = True
    if expected != head or not copied:
        return Break.TAIL_CUT
    return None


@dataclass(frozen=True, slots=True)
class KeptHead:
    """The copy of a head that retention keeps, and since when."""

    head: ChainHead
    kept_at: datetime


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted; what is absent or empty does not matter."""

    staff_id: StaffId | None = None
    survey_id: SurveyId | None = None
    purposes: frozenset[str] = frozenset()
    from_on: date | None = None
    until_on: date | None = None
    before: int | None = None
    """Entries before this place in the chain."""


@dataclass(frozen=True, slots=True)
class AuditView:
    """Entries, newest first, and whether the chain holds."""

    entries: Sequence[AuditEntry]
    names: Mapping[StaffId, str]
    """Of those who work at the school now; whoever left is an id alone."""

    broken_by: Break | None
    copy_kept_at: datetime | None
    """Of the copy compared with; None when retention did not answer or has none yet."""

    next_before: int | None = None
    """Where the next page begins; None on the last."""

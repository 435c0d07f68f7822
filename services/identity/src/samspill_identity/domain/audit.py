"""The audit chain: each entry carries the hash of the one before it (SPEC I8)."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
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


def is_unbroken(entries: Iterable[AuditEntry], head: ChainHead) -> bool:
    """Whether the entries, oldest first, are the whole chain up to this head.

    Finds an entry that was changed, inserted, moved, taken out, or cut off at the end.
    """
    expected = ChainHead()
    for entry in entries:
        follows = entry.sequence == expected.sequence + 1 and entry.previous == expected.digest
        if not (follows and entry.is_genuine):
            return False
        expected = ChainHead(entry.sequence, entry.digest)
    return expected == head


@dataclass(frozen=True, slots=True)
class AuditView:
    """The newest entries, and whether the chain holds."""

    entries: Sequence[AuditEntry]
    names: Mapping[StaffId, str]
    """Of those who work at the school now; whoever left is an id alone."""

    is_unbroken: bool

"""The chain shows every way of changing it (SPEC I8)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from samspill_identity.domain.audit import AuditEntry, AuditId, ChainHead, Deed, is_unbroken
from samspill_kit.ids import ParticipantId, RandomIds, SchoolId, StaffId, SurveyId
from samspill_kit.principal import Level

IDS = RandomIds()
SCHOOL = IDS.new(SchoolId)


def deed() -> Deed:
    return Deed(
        id=IDS.new(AuditId),
        school_id=SCHOOL,
        staff_id=IDS.new(StaffId),
        purpose="report_pupil",
        at=datetime(2026, 11, 23, tzinfo=UTC),
        survey_id=IDS.new(SurveyId),
        level=Level.NAMED,
        participants=(IDS.new(ParticipantId), IDS.new(ParticipantId)),
    )


@pytest.fixture
def chain() -> tuple[list[AuditEntry], ChainHead]:
    head, entries = ChainHead(), []
    for _ in range(5):
        entry = head.append(deed())
        entries.append(entry)
        head = ChainHead(entry.sequence, entry.digest)
    return entries, head


Chain = tuple[list[AuditEntry], ChainHead]


def test_a_whole_chain_and_an_empty_one_hold(chain: Chain) -> None:
    assert is_unbroken(*chain)
    assert is_unbroken([], ChainHead())


@pytest.mark.parametrize(
    "change",
    [
        {"staff_id": IDS.new(StaffId)},
        {"purpose": "sociogram"},
        {"at": datetime(2026, 11, 24, tzinfo=UTC)},
        {"survey_id": None},
        {"level": Level.FREE_TEXT},
        {"participants": ()},
        {"subject_id": IDS.new(StaffId)},
        {"id": IDS.new(AuditId)},
        {"school_id": IDS.new(SchoolId)},
    ],
)
def test_an_edited_entry_is_found(chain: Chain, change: dict[str, object]) -> None:
    entries, head = chain
    entries[2] = replace(entries[2], deed=replace(entries[2].deed, **change))  # type: ignore[arg-type]
    assert not is_unbroken(entries, head)


def test_an_edited_entry_with_a_new_digest_is_found(chain: Chain) -> None:
    entries, head = chain
    before = ChainHead(entries[1].sequence, entries[1].digest)
    entries[2] = before.append(deed())
    assert not is_unbroken(entries, head)


def test_deleted_inserted_and_moved_entries_are_found(chain: Chain) -> None:
    entries, head = chain
    assert not is_unbroken(entries[:2] + entries[3:], head)
    assert not is_unbroken([*entries[:2], entries[1], *entries[2:]], head)
    assert not is_unbroken([entries[1], entries[0], *entries[2:]], head)


def test_a_cut_tail_is_found(chain: Chain) -> None:
    entries, head = chain
    assert not is_unbroken(entries[:-1], head)
    assert not is_unbroken([], head)

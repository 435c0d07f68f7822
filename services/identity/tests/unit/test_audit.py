"""The chain shows every way of changing it (SPEC I8)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from samspill_identity.domain.audit import (
    AuditEntry,
    AuditId,
    Break,
    ChainHead,
    Deed,
    first_break,
)
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
    assert first_break(*chain, None) is None
    assert first_break([], ChainHead(), None) is None


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
    assert first_break(entries, head, None)


def test_an_edited_entry_with_a_new_digest_is_found(chain: Chain) -> None:
    entries, head = chain
    before = ChainHead(entries[1].sequence, entries[1].digest)
    entries[2] = before.append(deed())
    assert first_break(entries, head, None)


def test_deleted_inserted_and_moved_entries_are_found(chain: Chain) -> None:
    entries, head = chain
    assert first_break(entries[:2] + entries[3:], head, None)
    assert first_break([*entries[:2], entries[1], *entries[2:]], head, None)
    assert first_break([entries[1], entries[0], *entries[2:]], head, None)


def test_a_cut_tail_is_found(chain: Chain) -> None:
    entries, head = chain
    assert first_break(entries[:-1], head, None)
    assert first_break([], head, None)


def head_at(entry: AuditEntry) -> ChainHead:
    return ChainHead(entry.sequence, entry.digest)


def test_a_chain_that_grew_since_the_copy_was_kept_holds(chain: Chain) -> None:
    entries, head = chain
    assert first_break(entries, head, head_at(entries[2])) is None
    assert first_break(entries, head, head) is None


def test_a_tail_cut_together_with_its_head_is_found_by_the_copy(chain: Chain) -> None:
    entries, head = chain
    cut = entries[:-1]
    assert first_break(cut, head_at(cut[-1]), None) is None
    assert first_break(cut, head_at(cut[-1]), head) is Break.TAIL_CUT


def test_a_chain_rewritten_with_right_digests_is_found_by_the_copy(chain: Chain) -> None:
    entries, _ = chain
    copy = head_at(entries[3])
    rewritten, end = entries[:2], head_at(entries[1])
    for _ in range(4):
        rewritten.append(end.append(deed()))
        end = head_at(rewritten[-1])
    assert first_break(rewritten, end, None) is None
    assert first_break(rewritten, end, copy) is Break.DIFFERS_FROM_COPY

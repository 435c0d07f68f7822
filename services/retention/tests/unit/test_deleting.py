"""A deletion from the request to the receipt, and taken back (SPEC T2, T4)."""

from datetime import timedelta

import pytest

from samspill_kit.principal import StaffPrincipal
from samspill_retention.domain.deletion import SERVICES, DeletionReason, DeletionState
from samspill_retention.domain.errors import (
    DeletionIsFinal,
    MayNotDelete,
    SurveyIsLocked,
    SurveyNotFound,
)
from services.retention.tests.fake_service import LEASE, FakeService
from services.retention.tests.fakes import Crash
from services.retention.tests.sample import LAST_DAY, NOW, School

WEEK = timedelta(days=7)
MOMENT = timedelta(seconds=1)


@pytest.fixture
async def service() -> FakeService:
    return await FakeService().registered()


async def test_every_service_has_locked_before_the_person_is_told(service: FakeService) -> None:
    deletion = await service.delete()
    assert deletion.state is DeletionState.LOCKED
    assert all(service.school.survey_id in locked for locked in service.erasers.locked.values())


@pytest.mark.parametrize("away", SERVICES)
async def test_a_service_that_does_not_answer_keeps_the_deletion_locking(
    service: FakeService, away: str
) -> None:
    service.erasers.away = {away}
    assert (await service.delete(at_once=True)).state is DeletionState.LOCKING
    deletion = await service.advance(WEEK)
    assert deletion.state is DeletionState.LOCKING
    assert service.keys.destroyed == []
    service.erasers.away = set()
    assert (await service.advance()).state is DeletionState.ERASED
    assert service.erasers.asked("lock") == sorted(SERVICES)


async def test_the_key_stays_for_the_seven_days_of_regret_and_goes_after(
    service: FakeService,
) -> None:
    await service.delete()
    assert (await service.advance(WEEK - MOMENT)).state is DeletionState.LOCKED
    assert service.keys.destroyed == []
    assert (await service.advance(MOMENT)).state is DeletionState.ERASED
    assert service.keys.destroyed == [service.school.survey_id]


async def test_the_key_goes_before_any_row(service: FakeService) -> None:
    service.erasers.away = {"responses"}
    await service.delete(at_once=True)
    service.erasers.away = set()
    await service.lock(service.school.id, service.school.survey_id)
    service.erasers.away = set(SERVICES)
    deletion = await service.advance()
    assert deletion.state is DeletionState.KEY_DESTROYED
    assert service.erasers.asked("erase") == []
    assert service.keys.kept == {}


async def test_rows_are_asked_for_until_every_service_has_removed_its_own(
    service: FakeService,
) -> None:
    await service.delete(at_once=True)
    service.erasers.away = {"reports"}
    deletion = await service.advance()
    assert deletion.state is DeletionState.KEY_DESTROYED
    assert service.storage.rows.told == []
    service.erasers.away = set()
    deletion = await service.advance()
    assert deletion.state is DeletionState.ERASED
    assert service.erasers.asked("erase") == sorted(SERVICES)
    assert service.storage.rows.told == [service.school.survey_id]
    assert service.storage.rows.lifetimes == {}


async def test_the_receipt_waits_until_no_service_can_hold_a_sub_key(service: FakeService) -> None:
    await service.delete(at_once=True)
    assert (await service.advance()).receipt is None
    assert (await service.advance(LEASE - MOMENT)).receipt is None
    deletion = await service.advance(MOMENT)
    assert deletion.state is DeletionState.RECEIPT_SIGNED
    assert deletion.receipt is not None
    assert deletion.receipt.key_gone_after == (NOW + WEEK).date()


async def test_the_receipt_tells_ids_dates_and_counts(service: FakeService) -> None:
    await service.delete(at_once=True)
    deletion = await service.advance()
    document = deletion.receipt_document(at=service.clock.now())
    assert document["survey_id"] == str(service.school.survey_id)
    assert document["reason"] == "person"
    services = document["services"]
    assert isinstance(services, dict)
    assert services["surveys"]["rows"] == {"rows_of_surveys": 3}
    assert str(service.school.creator_id) not in str(document)


CRASHES = range(8)
"""More commits than a deletion has: from the request to the receipt."""


@pytest.mark.parametrize("after", CRASHES)
async def test_a_crash_at_any_commit_changes_nothing_in_the_end(
    service: FakeService, after: int
) -> None:
    """SPEC T4: every step may be repeated. Each round dies once, at its `after`th commit."""
    await service.delete(at_once=True)
    for step in range(20):
        service.storage.fails_at_commit = 1 if step == after else 0
        try:
            deletion = await service.advance(LEASE / 4)
        except Crash:
            continue
        if deletion.is_finished:
            break
    assert deletion.state is DeletionState.RECEIPT_SIGNED
    assert service.storage.rows.told == [service.school.survey_id]
    assert service.keys.kept == {}


async def test_a_finished_deletion_takes_no_more_steps(service: FakeService) -> None:
    await service.delete(at_once=True)
    await service.advance()
    done = await service.advance(LEASE)
    calls = list(service.erasers.calls)
    again = await service.advance(WEEK)
    assert again == done
    assert service.erasers.calls == calls


async def test_asking_again_changes_nothing_but_at_once_ends_the_regret(
    service: FakeService,
) -> None:
    first = await service.delete()
    service.clock.advance(timedelta(days=1))
    assert (await service.delete()).due_at == first.due_at
    final = await service.delete(at_once=True)
    assert (final.at_once, final.due_at) == (True, service.clock.now())


async def test_a_deletion_is_taken_back_within_seven_days(service: FakeService) -> None:
    await service.delete()
    service.clock.advance(WEEK - MOMENT)
    deletion = await service.take_back()
    assert deletion.state is DeletionState.TAKEN_BACK
    assert deletion.is_finished
    assert not any(service.erasers.locked.values())
    assert len(await service.issued()) == 32


@pytest.mark.parametrize("at_once", [True, False])
async def test_what_is_final_is_not_taken_back(service: FakeService, *, at_once: bool) -> None:
    await service.delete(at_once=at_once)
    service.clock.advance(timedelta() if at_once else WEEK)
    with pytest.raises(DeletionIsFinal):
        await service.take_back()
    assert service.erasers.asked("unlock") == []


@pytest.mark.parametrize("away", SERVICES)
async def test_a_service_that_missed_the_taking_back_is_unlocked_later(
    service: FakeService, away: str
) -> None:
    await service.delete()
    service.erasers.away = {away}
    deletion = await service.take_back()
    assert (deletion.state, deletion.is_finished) == (DeletionState.TAKEN_BACK, False)
    assert service.school.survey_id in service.erasers.locked[away]
    service.erasers.away = set()
    assert (await service.advance()).is_finished
    assert not any(service.erasers.locked.values())


async def test_a_lock_whose_answer_was_lost_is_taken_back_too(service: FakeService) -> None:
    service.erasers.answer_lost = {"surveys"}
    assert (await service.delete()).state is DeletionState.LOCKING
    assert (await service.take_back()).is_finished
    assert not any(service.erasers.locked.values())


async def test_a_lock_that_arrives_after_the_taking_back_is_undone(service: FakeService) -> None:
    service.erasers.away = {"responses"}
    await service.delete()
    service.erasers.away = set()
    await service.take_back()
    # The slow call of the first round is answered only now.
    await service.erasers.lock("responses", service.school.id, service.school.survey_id)
    async with service.storage.begin(service.school.id) as work:
        deletion = await work.deletions.find(service.school.survey_id)
        assert deletion is not None
        deletion.services["responses"].locked_at = service.clock.now()
        await work.deletions.save(deletion)
        await work.commit()
    assert (await service.advance()).is_finished
    assert not any(service.erasers.locked.values())


async def test_a_deletion_can_be_asked_for_again_after_it_was_taken_back(
    service: FakeService,
) -> None:
    await service.delete()
    await service.take_back()
    assert (await service.delete()).state is DeletionState.LOCKED


@pytest.mark.parametrize("who", ["creator", "leader", "granted_colleague"])
async def test_those_with_the_right_delete_and_take_back(service: FakeService, who: str) -> None:
    by: StaffPrincipal = getattr(service.school, who)
    assert (await service.delete(by=by)).asked_by == by.staff_id
    assert (await service.take_back(by=by)).state is DeletionState.TAKEN_BACK


async def test_a_colleague_without_the_right_does_neither(service: FakeService) -> None:
    with pytest.raises(MayNotDelete):
        await service.delete(by=service.school.colleague)
    assert service.storage.rows.deletions == {}
    await service.delete()
    with pytest.raises(MayNotDelete):
        await service.take_back(by=service.school.colleague)


async def test_a_leader_of_another_school_finds_nothing(service: FakeService) -> None:
    """SPEC I4: the answer for "not yours" is the answer for "does not exist"."""
    await service.delete()
    stranger = School().leader
    for ask in (service.delete(by=stranger), service.take_back(by=stranger)):
        with pytest.raises(SurveyNotFound):
            await ask
    with pytest.raises(SurveyNotFound):
        await service.read.one(service.school.survey_id, by=stranger)
    assert await service.read.newest(by=stranger) == []


async def test_what_is_past_its_last_day_is_deleted_without_anybody_asking(
    service: FakeService,
) -> None:
    """SPEC T1."""
    assert await service.begin_due() == 0
    service.clock.advance(LAST_DAY - NOW.date())
    assert await service.begin_due() == 1
    assert await service.begin_due() == 0
    deletion = await service.advance()
    assert (deletion.reason, deletion.asked_by) == (DeletionReason.DEADLINE, None)
    assert deletion.state is DeletionState.ERASED


async def test_regret_does_not_outlast_the_last_day(service: FakeService) -> None:
    service.clock.advance(LAST_DAY - NOW.date() - timedelta(days=1))
    await service.delete()
    service.clock.advance(timedelta(days=1))
    assert await service.begin_due() == 0
    deletion = await service.advance()
    assert (deletion.reason, deletion.state) == (DeletionReason.PERSON, DeletionState.ERASED)


async def test_the_last_day_comes_also_for_a_deletion_that_was_taken_back(
    service: FakeService,
) -> None:
    await service.delete()
    await service.take_back()
    service.clock.advance(LAST_DAY - NOW.date())
    assert await service.begin_due() == 1


async def test_no_key_is_handed_out_from_the_request_on(service: FakeService) -> None:
    await service.delete()
    with pytest.raises(SurveyIsLocked):
        await service.issued()

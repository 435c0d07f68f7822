"""What is left of the deletions, as an operator sees it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from samspill_kit.clock import ClockGuard
from samspill_kit.testing.metrics import measured
from samspill_retention.timers import SagaTimer
from services.retention.tests.fake_service import LEASE, FakeService

HOUR = timedelta(hours=1)


@pytest.fixture
async def service() -> FakeService:
    return await FakeService().registered()


def left() -> tuple[float, float, float]:
    names = ("deletions_unfinished", "deletions_unlocked", "deletion_overdue_seconds")
    unfinished, unlocked, overdue = (measured(f"samspill_retention_{name}") for name in names)
    return unfinished, unlocked, overdue


async def tick(service: FakeService, after: timedelta = timedelta()) -> None:
    service.clock.advance(after)
    records: Any = None  # Asked by `run` alone.
    guard = ClockGuard(service.clock, lambda: datetime.now(UTC).timestamp())
    await SagaTimer(service.advance_deletion, service.storage, guard, records, HOUR).tick()


async def test_days_of_regret_are_not_overdue(service: FakeService) -> None:
    await service.delete()
    await tick(service, timedelta(days=6))
    assert left() == (1, 0, 0)


async def test_a_service_that_does_not_lock_is_seen_at_once(service: FakeService) -> None:
    service.erasers.away = {"responses"}
    await service.delete()
    await tick(service)
    assert left() == (1, 1, 0)


async def test_a_service_that_does_not_erase_makes_the_deletion_overdue(
    service: FakeService,
) -> None:
    await service.delete(at_once=True)
    service.erasers.away = {"reports"}
    await tick(service, 3 * HOUR)
    assert left() == (1, 0, 3 * 3600)


async def test_a_finished_deletion_is_gone_and_its_receipt_counted(service: FakeService) -> None:
    signed = measured("samspill_retention_receipts_signed_total")
    await service.delete(at_once=True)
    await tick(service)
    assert left() == (1, 0, 0)
    await tick(service, LEASE)
    assert left() == (0, 0, 0)
    assert measured("samspill_retention_receipts_signed_total") == signed + 1


async def test_what_was_taken_back_and_is_still_locked_somewhere_counts_from_then(
    service: FakeService,
) -> None:
    await service.delete()
    service.erasers.away = {"surveys"}
    await service.take_back()
    await tick(service, 2 * HOUR)
    assert left() == (1, 0, 2 * 3600)

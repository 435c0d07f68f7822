"""What every implementation of Locks promises (SPEC T2, T4, I4)."""

from uuid import uuid4

from samspill_kit.ids import SchoolId, SurveyId
from samspill_reports.domain.ports import Locks
from services.reports.tests.sample import NOW


def new_school() -> SchoolId:
    return SchoolId(uuid4())


def new_survey() -> SurveyId:
    return SurveyId(uuid4())


class LocksContract:
    """Subclasses give `locks`."""

    async def test_a_lock_holds_for_its_survey_alone(self, locks: Locks) -> None:
        school, survey = new_school(), new_survey()
        await locks.lock(school, survey, at=NOW)
        assert await locks.is_locked(school, survey)
        assert not await locks.is_locked(school, new_survey())

    async def test_another_school_sees_no_lock(self, locks: Locks) -> None:
        survey = new_survey()
        await locks.lock(new_school(), survey, at=NOW)
        assert not await locks.is_locked(new_school(), survey)

    async def test_locking_and_unlocking_repeat(self, locks: Locks) -> None:
        school, survey = new_school(), new_survey()
        for _ in range(2):
            await locks.lock(school, survey, at=NOW)
        for _ in range(2):
            await locks.unlock(school, survey)
        assert not await locks.is_locked(school, survey)

    async def test_what_is_erased_stays_locked_whatever_comes_later(self, locks: Locks) -> None:
        school, survey = new_school(), new_survey()
        await locks.lock(school, survey, at=NOW)
        for _ in range(2):
            await locks.mark_erased(school, survey, at=NOW)
        await locks.unlock(school, survey)
        assert await locks.is_locked(school, survey)

    async def test_erasing_without_a_lock_leaves_a_tombstone(self, locks: Locks) -> None:
        school, survey = new_school(), new_survey()
        await locks.mark_erased(school, survey, at=NOW)
        await locks.unlock(school, survey)
        assert await locks.is_locked(school, survey)

"""Isolation, erasure and the timers' rights on real PostgreSQL (SPEC P3, T1, T4, R1, R4)."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from samspill_kit.ids import ParticipantId
from samspill_responses.domain.errors import SurveyIsLocked, SurveyNotFound
from samspill_responses.domain.participation import ParticipantState
from samspill_responses.domain.ports import ParticipantStatus, SurveyCount, SurveyRef
from samspill_responses.storage.acceptances import RememberedAcceptances
from samspill_responses.storage.erasure import SqlCalendar, SqlErasure
from samspill_responses.storage.queries import SqlStatuses
from samspill_responses.storage.surveys import hold
from samspill_responses.storage.tables import OF_A_SURVEY
from services.responses.tests.sample import (
    FRIENDS,
    NOW,
    RECESS,
    SchoolClass,
    a_save,
    sealed,
    submission,
)
from services.responses.tests.storage import Storage

EVERY_TABLE = (*(table.name for table in OF_A_SURVEY), "tombstones")


@pytest.fixture
async def school_class(storage: Storage) -> SchoolClass:
    return await answered_class(storage)


async def answered_class(storage: Storage, *, delete_on: date = date(2050, 6, 30)) -> SchoolClass:
    """A class with rows in every table of answers."""
    school_class = SchoolClass()
    await storage.prepare(replace(school_class.preparation(), delete_on=delete_on))
    first = sealed(RECESS, b"a"), sealed(FRIENDS, b"b")
    await storage.fast.save(a_save(school_class.writer(), *first))
    other = school_class.writer(session=SchoolClass().session)
    await storage.fast.save(a_save(other, sealed(RECESS, b"c"), sequence=2))
    return school_class


def ref(of: SchoolClass) -> SurveyRef:
    return SurveyRef(of.school_id, of.survey_id)


class TestIsolation:
    @pytest.mark.parametrize("table", EVERY_TABLE)
    async def test_another_school_and_no_school_see_no_row(
        self, storage: Storage, school_class: SchoolClass, table: str
    ) -> None:
        query = sa.text(f"SELECT count(*) FROM {table}")
        for schools in ([SchoolClass().school_id], []):
            async with storage.app.scope(schools) as session:
                assert await session.scalar(query) == 0

    async def test_a_row_cannot_be_written_into_another_school(
        self, storage: Storage, school_class: SchoolClass
    ) -> None:
        statement = sa.text("INSERT INTO survey_locks VALUES (:school, :survey, now())")
        ids = {"school": school_class.school_id.value, "survey": school_class.survey_id.value}
        async with storage.begin(SchoolClass().school_id) as work:
            with pytest.raises(DBAPIError, match="row-level security"):
                await work.session.execute(statement, ids)

    async def test_the_function_leaves_no_scope_behind(
        self, storage: Storage, school_class: SchoolClass
    ) -> None:
        await storage.fast.page(school_class.writer())
        for _ in range(8):
            row = await storage.hot.fetchrow("SELECT count(*) FROM answers")
            assert row is not None
            assert row[0] == 0

    async def test_statuses_of_another_school_are_not_found(
        self, storage: Storage, school_class: SchoolClass
    ) -> None:
        statuses = SqlStatuses(storage.app)
        elsewhere = SchoolClass().school_id
        known = await statuses.keepers(school_class.school_id, [school_class.survey_id])
        assert known[school_class.survey_id] == school_class.preparation().keepers
        assert await statuses.keepers(elsewhere, [school_class.survey_id]) == {}
        with pytest.raises(SurveyNotFound):
            await statuses.states(elsewhere, school_class.survey_id)
        assert await statuses.counts(elsewhere, [school_class.survey_id]) == []


class TestJobsRole:
    @pytest.mark.parametrize("column", ["ciphertext", "session_id", "participant_id"])
    async def test_it_reads_nothing_of_an_answer(self, storage: Storage, column: str) -> None:
        with pytest.raises(DBAPIError, match="permission denied"):
            async with storage.jobs.transaction() as session:
                await session.execute(sa.text(f"SELECT {column} FROM answers"))

    async def test_it_removes_nothing_that_is_not_due(
        self, storage: Storage, school_class: SchoolClass
    ) -> None:
        for table in EVERY_TABLE[:-1]:
            async with storage.jobs.transaction() as session:
                await session.execute(
                    sa.text(f"DELETE FROM {table} WHERE survey_id = :survey"),
                    {"survey": school_class.survey_id.value},
                )
        assert await storage.count("answers", school_class) == 2
        assert await storage.count("surveys", school_class) == 1

    async def test_it_leaves_no_tombstone_for_what_is_not_due(
        self, storage: Storage, school_class: SchoolClass
    ) -> None:
        erasure = SqlErasure(storage.begin, storage.jobs)
        with pytest.raises(DBAPIError, match="row-level security"):
            await erasure.erase_due(ref(school_class), at=NOW)
        assert await storage.count("answers", school_class) == 2

    async def test_it_erases_what_is_a_week_past_its_day(self, storage: Storage) -> None:
        today = datetime.now(UTC).date()
        due = await answered_class(storage, delete_on=today - timedelta(days=7))
        waiting = await answered_class(storage, delete_on=today - timedelta(days=5))
        calendar = SqlCalendar(storage.jobs)
        listed = await calendar.due_for_erasure(on=today)
        assert ref(due) in listed
        assert ref(waiting) not in listed
        rows = await SqlErasure(storage.begin, storage.jobs).erase_due(ref(due), at=NOW)
        assert rows["answers"] == 2
        assert rows["surveys"] == 1
        for table in EVERY_TABLE[:-1]:
            assert await storage.count(table, due) == 0
        assert await storage.count("tombstones", due) == 1
        assert await storage.count("answers", waiting) == 2
        assert ref(due) not in await calendar.due_for_erasure(on=today)

    async def test_it_lists_open_surveys_past_their_closing_time(self, storage: Storage) -> None:
        late = SchoolClass()
        await storage.prepare(late.preparation(closes_at=NOW - timedelta(minutes=1)))
        calendar = SqlCalendar(storage.jobs)
        assert ref(late) in await calendar.due_for_sealing(limit=1000)
        await storage.seal(late)
        assert ref(late) not in await calendar.due_for_sealing(limit=1000)


class TestErasure:
    async def test_every_row_goes_and_a_tombstone_stays(
        self, storage: Storage, school_class: SchoolClass
    ) -> None:
        erasure = SqlErasure(storage.begin, storage.jobs)
        await storage.lock(school_class)
        rows = await erasure.erase(ref(school_class), at=NOW)
        assert rows == {
            "answer_versions": 1,
            "answers": 2,
            "pages": 1,
            "participants": 4,
            "survey_locks": 1,
            "surveys": 1,
            "outbox": 1,
        }
        for table in EVERY_TABLE[:-1]:
            assert await storage.count(table, school_class) == 0
        assert await storage.outbox(school_class) == []
        assert await storage.count("tombstones", school_class) == 1

    async def test_a_repeat_gives_the_same_counts(
        self, storage: Storage, school_class: SchoolClass
    ) -> None:
        erasure = SqlErasure(storage.begin, storage.jobs)
        rows = await erasure.erase(ref(school_class), at=NOW)
        assert await erasure.erase(ref(school_class), at=NOW) == rows

    async def test_other_surveys_of_the_school_stay(
        self, storage: Storage, school_class: SchoolClass
    ) -> None:
        sibling = replace(SchoolClass(), school_id=school_class.school_id)
        await storage.prepare(sibling.preparation())
        await SqlErasure(storage.begin, storage.jobs).erase(ref(school_class), at=NOW)
        assert await storage.count("participants", sibling) == 4

    async def test_an_erased_survey_is_never_prepared_or_locked_again(
        self, storage: Storage, school_class: SchoolClass
    ) -> None:
        await SqlErasure(storage.begin, storage.jobs).erase(ref(school_class), at=NOW)
        await storage.lock(school_class)
        assert await storage.count("survey_locks", school_class) == 0
        async with storage.begin(school_class.school_id) as work:
            with pytest.raises(SurveyNotFound):
                await work.surveys.find_for_update(school_class.survey_id)
        with pytest.raises(SurveyNotFound):
            await storage.fast.save(a_save(school_class.writer(), sealed(RECESS, b"late")))


class TestLocking:
    async def test_a_lock_waits_for_what_is_under_way_and_then_holds(
        self, storage: Storage, school_class: SchoolClass
    ) -> None:
        async with storage.begin(school_class.school_id) as under_way:
            await hold(under_way.session, school_class.survey_id, alone=False)
            locking = asyncio.create_task(storage.lock(school_class))
            while not await waits(storage):  # noqa: ASYNC110  # PostgreSQL's queue has no event.
                await asyncio.sleep(0.01)
            assert not locking.done()
            await under_way.commit()
        await locking
        with pytest.raises(SurveyIsLocked):
            await storage.fast.save(a_save(school_class.writer(), sealed(RECESS, b"x"), sequence=9))

    async def test_unlocking_gives_everything_back(
        self, storage: Storage, school_class: SchoolClass
    ) -> None:
        await storage.lock(school_class)
        async with storage.begin(school_class.school_id) as work:
            await work.locks.unlock(school_class.survey_id)
            await work.commit()
        page = await storage.fast.page(school_class.writer())
        assert len(page.answers) == 2

    async def test_a_locked_survey_tells_no_status_and_no_answers(
        self, storage: Storage, school_class: SchoolClass
    ) -> None:
        await storage.seal(school_class)
        await storage.lock(school_class)
        statuses = SqlStatuses(storage.app)
        with pytest.raises(SurveyIsLocked):
            await statuses.states(school_class.school_id, school_class.survey_id)
        with pytest.raises(SurveyIsLocked):
            await statuses.received(school_class.school_id, school_class.survey_id, None)
        acceptances = RememberedAcceptances(storage.app)
        with pytest.raises(SurveyIsLocked):
            await acceptances.reload(school_class.school_id, school_class.survey_id)
        counted = await statuses.counts(school_class.school_id, [school_class.survey_id])
        assert counted == []


async def waits(storage: Storage) -> bool:
    """Whether somebody waits for an advisory lock."""
    query = sa.text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    async with storage.jobs.transaction() as session:
        return bool(await session.scalar(query))


class TestAtTheSameTime:
    async def test_a_submission_retried_ten_times_at_once_is_one_submission(
        self, storage: Storage
    ) -> None:
        school_class = SchoolClass()
        await storage.prepare(school_class.preparation())
        hand_in = replace(
            a_save(school_class.writer(), sealed(RECESS, b"good")), submission=submission()
        )
        receipts = await asyncio.gather(*(storage.fast.save(hand_in) for _ in range(10)))
        assert len(set(receipts)) == 1
        assert receipts[0].state is ParticipantState.SUBMITTED
        assert await storage.states_told(school_class) == ["submitted"]

    async def test_a_whole_class_answers_at_once_and_every_answer_is_there(
        self, storage: Storage
    ) -> None:
        school_class = SchoolClass()
        await storage.prepare(school_class.preparation())
        pupils = [school_class.nora, school_class.ali, school_class.eva, school_class.stranger]

        async def answers(pupil: ParticipantId) -> None:
            for sequence in range(1, 6):
                save = a_save(school_class.writer(pupil), sealed(RECESS, b"x"), sequence=sequence)
                await storage.fast.save(save)

        await asyncio.gather(*map(answers, pupils))
        assert await storage.count("answers", school_class) == 4
        assert await storage.states_told(school_class) == ["started"] * 4


class TestReadModels:
    async def test_prepared_is_what_is_remembered(
        self, storage: Storage, school_class: SchoolClass
    ) -> None:
        acceptances = RememberedAcceptances(storage.app)
        loaded = await acceptances.of(school_class.school_id, school_class.survey_id)
        told = school_class.preparation()
        assert tuple(loaded.questions.values()) == told.questions
        assert set(loaded.memberships) == {each.id for each in told.participants}
        assert await acceptances.of(school_class.school_id, school_class.survey_id) is loaded
        acceptances.forget(school_class.survey_id)
        again = await acceptances.of(school_class.school_id, school_class.survey_id)
        assert again == loaded
        assert again is not loaded

    async def test_states_and_counts(self, storage: Storage, school_class: SchoolClass) -> None:
        statuses = SqlStatuses(storage.app)
        states = await statuses.states(school_class.school_id, school_class.survey_id)
        assert ParticipantStatus(school_class.nora, ParticipantState.STARTED) in states
        assert len(states) == 4
        ids = [school_class.survey_id, SchoolClass().survey_id]
        counted = await statuses.counts(school_class.school_id, ids)
        assert counted == [SurveyCount(school_class.survey_id, 4, 0, 1)]

    async def test_received_are_the_answers_of_those_asked_for(
        self, storage: Storage, school_class: SchoolClass
    ) -> None:
        await storage.seal(school_class)
        statuses = SqlStatuses(storage.app)
        of = (school_class.school_id, school_class.survey_id)
        received, _ = await statuses.received(*of, None)
        assert {each.ciphertext for each in received} == {b"c", b"b"}
        received, present = await statuses.received(*of, frozenset({school_class.ali}))
        assert received == []
        assert [status.participant_id for status in present] == [school_class.ali]

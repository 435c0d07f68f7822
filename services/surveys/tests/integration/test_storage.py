"""What only the real database can show: isolation, locks, facts, ciphertext, and the jobs role."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from samspill_kit.db import DatabaseBusy
from samspill_kit.ids import EventId, SchoolId
from samspill_surveys.domain.lifetime import Lifetime
from samspill_surveys.domain.ports import DueSurvey, OverdueSurveys
from samspill_surveys.domain.survey import Survey
from samspill_surveys.storage import tables
from samspill_surveys.usecases.erase_overdue import EraseOverdue
from services.surveys.tests.contracts.work_port import a_survey, stored, stored_open
from services.surveys.tests.fakes import NOW, FakeRetention, SetClock
from services.surveys.tests.sql_storage import SqlStorage

TENANT_TABLES = (
    tables.surveys,
    tables.survey_groups,
    tables.survey_questions,
    tables.survey_readers,
    tables.survey_participants,
    tables.survey_locks,
    tables.survey_tombstones,
)


def dying(survey: Survey, *, delete_on: date) -> Survey:
    """The survey, to be deleted on a day that may be long past."""
    lifetime = Lifetime(delete_on, delete_on + timedelta(days=700))
    survey.plan = replace(survey.plan, lifetime=lifetime)
    return survey


@dataclass
class BelievedDue:
    """The real door, with a list made by a clock that is wrong."""

    overdue: OverdueSurveys
    surveys: list[Survey]

    async def due(self, *, today: date) -> Sequence[DueSurvey]:
        return [DueSurvey(survey.school_id, survey.id) for survey in self.surveys]

    async def erase(self, due: DueSurvey, *, at: datetime) -> Mapping[str, int]:
        return await self.overdue.erase(due, at=at)


async def rows_of(storage: SqlStorage, survey: Survey) -> dict[str, int]:
    async with storage.app.scope([survey.school_id]) as session:
        counts = {}
        for table in (*TENANT_TABLES, tables.outbox, tables.inbox):
            query = sa.select(sa.func.count()).select_from(table)
            found = await session.scalar(query.where(table.c.survey_id == survey.id.value))
            counts[table.name] = int(found or 0)
    return counts


@pytest.mark.parametrize("table", TENANT_TABLES, ids=str)
async def test_without_a_scope_the_app_role_sees_no_row(
    sql_storage: SqlStorage, table: sa.Table
) -> None:
    survey = await stored_open(sql_storage, a_survey(SchoolId(uuid4())))
    async with sql_storage.begin(survey.school_id) as work:
        await work.erasures.lock(survey.id, at=NOW)
        await work.commit()

    for scope in ([], [SchoolId(uuid4())]):
        async with sql_storage.app.scope(scope) as session:
            assert await session.scalar(sa.select(sa.func.count()).select_from(table)) == 0


@pytest.mark.parametrize("table", TENANT_TABLES, ids=str)
async def test_row_security_is_forced_on_every_tenant_table(
    sql_storage: SqlStorage, table: sa.Table
) -> None:
    query = sa.text(
        "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relname = :table"
    )
    async with sql_storage.app.scope([]) as session:
        assert await session.scalar(query, {"table": table.name}) is True
    assert [column.name for column in table.primary_key][:2] == ["school_id", "survey_id"]


async def test_a_row_cannot_be_written_into_another_school(sql_storage: SqlStorage) -> None:
    mine, theirs = SchoolId(uuid4()), SchoolId(uuid4())

    with pytest.raises(DBAPIError, match="row-level security"):
        async with sql_storage.app.transaction([mine]) as session:
            await session.execute(
                sa.insert(tables.survey_locks).values(
                    school_id=theirs.value, survey_id=uuid4(), locked_at=NOW
                )
            )


async def test_tables_are_as_the_migrations_made_them(sql_storage: SqlStorage) -> None:
    async with sql_storage.app.engine.connect() as connection:
        found = await connection.run_sync(
            lambda sync: {
                name: {column["name"] for column in sa.inspect(sync).get_columns(name)}
                for name in sa.inspect(sync).get_table_names()
            }
        )
    expected = {table.name: {c.name for c in table.c} for table in tables.metadata.sorted_tables}

    assert {name: found[name] for name in expected} == expected


async def test_a_fact_is_stored_with_its_change_or_not_at_all(sql_storage: SqlStorage) -> None:
    survey = await stored_open(sql_storage, a_survey(SchoolId(uuid4())))
    for is_committed in (False, True):
        async with sql_storage.begin(survey.school_id) as work:
            closing = await work.surveys.get_for_update(survey.id)
            closing.close(sealed_at=NOW)
            await work.surveys.save(closing)
            if is_committed:
                await work.commit()
        assert (await rows_of(sql_storage, survey))["outbox"] == int(is_committed)


async def test_erasing_takes_outbox_and_inbox_rows_along(sql_storage: SqlStorage) -> None:
    survey = await stored_open(sql_storage, a_survey(SchoolId(uuid4())))
    async with sql_storage.begin(survey.school_id) as work:
        closing = await work.surveys.get_for_update(survey.id)
        closing.close(sealed_at=NOW)
        await work.surveys.save(closing)
        await work.inbox.record(EventId(uuid4()), survey_id=survey.id)
        await work.erasures.lock(survey.id, at=NOW)
        await work.commit()
    before = await rows_of(sql_storage, survey)

    async with sql_storage.begin(survey.school_id) as work:
        told = await work.erasures.erase(survey.id, at=NOW)
        await work.commit()

    after = await rows_of(sql_storage, survey)
    assert min(count for name, count in before.items() if name != "survey_tombstones") >= 1
    assert {name for name, count in after.items() if count} == {"survey_tombstones"}
    assert {name: told[name] for name in before if name in told} == {
        name: count for name, count in before.items() if name != "survey_tombstones"
    }


async def test_a_lock_waits_for_whoever_is_changing_the_survey(sql_storage: SqlStorage) -> None:
    survey = await stored(sql_storage, a_survey(SchoolId(uuid4())))
    order: list[str] = []

    async def lock() -> None:
        async with sql_storage.begin(survey.school_id) as work:
            await work.erasures.lock(survey.id, at=NOW)
            await work.commit()
            order.append("locked")

    async with sql_storage.begin(survey.school_id) as work:
        changing = await work.surveys.get_for_update(survey.id)
        waiting = asyncio.create_task(lock())
        await until_somebody_waits(sql_storage)
        await work.surveys.save(changing)
        order.append("changed")
        await work.commit()
    await waiting

    assert order == ["changed", "locked"]


async def test_a_writer_that_waited_for_the_lock_sees_it(sql_storage: SqlStorage) -> None:
    survey = await stored(sql_storage, a_survey(SchoolId(uuid4())))

    async def read_for_update() -> bool:
        async with sql_storage.begin(survey.school_id) as work:
            return (await work.surveys.get_for_update(survey.id)).is_locked

    async with sql_storage.begin(survey.school_id) as work:
        await work.erasures.lock(survey.id, at=NOW)
        waiting = asyncio.create_task(read_for_update())
        await until_somebody_waits(sql_storage)
        await work.commit()

    assert await waiting is True


async def until_somebody_waits(storage: SqlStorage) -> None:
    query = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    async with asyncio.timeout(3):
        while True:
            async with storage.app.scope([]) as session:
                if await session.scalar(query):
                    return
            await asyncio.sleep(0.01)


async def test_the_jobs_role_reads_ids_and_dates_alone(sql_storage: SqlStorage) -> None:
    await stored_open(sql_storage, a_survey(SchoolId(uuid4())))

    async with sql_storage.jobs.transaction() as session:
        assert (await session.execute(sa.select(tables.surveys.c.delete_on))).all()
    for column in (
        tables.surveys.c.title,
        tables.survey_participants.c.card,
        tables.survey_participants.c.pupil_id,
        tables.survey_readers.c.display_name,
    ):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with sql_storage.jobs.transaction() as session:
                await session.execute(sa.select(column))


async def test_what_is_overdue_is_erased_without_being_asked(sql_storage: SqlStorage) -> None:
    today = SetClock().now().date()
    school_id = SchoolId(uuid4())
    overdue = await stored_open(
        sql_storage, dying(a_survey(school_id), delete_on=date(2020, 6, 30))
    )
    in_grace = await stored_open(
        sql_storage, dying(a_survey(school_id), delete_on=today - timedelta(days=6))
    )
    erase_overdue = EraseOverdue(sql_storage.overdue, FakeRetention(), SetClock())

    await erase_overdue()

    left = await rows_of(sql_storage, overdue)
    assert {name for name, count in left.items() if count} == {"survey_tombstones"}
    assert (await rows_of(sql_storage, in_grace))["survey_participants"] == 2


async def test_the_database_refuses_to_erase_what_is_not_due(sql_storage: SqlStorage) -> None:
    """A process whose clock is wrong is stopped by the database's own (SPEC T7)."""
    in_a_year = datetime.now(UTC).date() + timedelta(days=365)
    survey = await stored_open(sql_storage, dying(a_survey(SchoolId(uuid4())), delete_on=in_a_year))
    before = await rows_of(sql_storage, survey)

    wrongly_due = await sql_storage.overdue.due(today=in_a_year + timedelta(days=30))
    [found] = [due for due in wrongly_due if due.survey_id == survey.id]
    with pytest.raises(DBAPIError, match=r"row-level security|foreign key"):
        await sql_storage.overdue.erase(found, at=NOW)

    assert await rows_of(sql_storage, survey) == before


async def test_one_survey_that_cannot_be_erased_does_not_save_the_others(
    sql_storage: SqlStorage,
) -> None:
    in_a_year = datetime.now(UTC).date() + timedelta(days=365)
    not_due = await stored_open(
        sql_storage, dying(a_survey(SchoolId(uuid4())), delete_on=in_a_year)
    )
    overdue = await stored_open(
        sql_storage, dying(a_survey(SchoolId(uuid4())), delete_on=date(2020, 6, 30))
    )
    believed_due = BelievedDue(sql_storage.overdue, [not_due, overdue])

    erased = await EraseOverdue(believed_due, FakeRetention(), SetClock())()

    assert erased == 1

    assert (await rows_of(sql_storage, not_due))["surveys"] == 1
    assert (await rows_of(sql_storage, overdue))["surveys"] == 0


async def test_a_restored_row_of_an_erased_survey_is_found_and_removed(
    sql_storage: SqlStorage,
) -> None:
    survey = await stored(sql_storage, a_survey(SchoolId(uuid4())))
    async with sql_storage.app.transaction([survey.school_id]) as session:
        await session.execute(
            sa.insert(tables.survey_tombstones).values(
                school_id=survey.school_id.value,
                survey_id=survey.id.value,
                erased_at=NOW,
                rows_removed={},
            )
        )

    await EraseOverdue(sql_storage.overdue, FakeRetention(), SetClock())()

    assert (await rows_of(sql_storage, survey))["surveys"] == 0


async def test_a_survey_that_is_held_too_long_is_told_as_busy(sql_storage: SqlStorage) -> None:
    survey = await stored(sql_storage, a_survey(SchoolId(uuid4())))

    async with sql_storage.begin(survey.school_id) as holder:
        await holder.surveys.get_for_update(survey.id)
        with pytest.raises(DatabaseBusy):
            await _read_impatiently(sql_storage, survey)


async def _read_impatiently(storage: SqlStorage, survey: Survey) -> None:
    async with storage.begin(survey.school_id) as work:
        await work.session.execute(sa.text("SET LOCAL lock_timeout = '50ms'"))
        await work.surveys.get_for_update(survey.id)

"""What any transaction over surveys must do; run for the fake and for PostgreSQL."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from uuid import uuid4

import pytest

from samspill_kit.ids import (
    EventId,
    GroupId,
    ParticipantId,
    PupilId,
    SchoolId,
    StaffId,
    SurveyId,
)
from samspill_surveys.domain.errors import SurveyChangedMeanwhile, SurveyNotFound
from samspill_surveys.domain.lifetime import Lifetime
from samspill_surveys.domain.participants import Participant, ParticipantList
from samspill_surveys.domain.ports import Begin, SurveyIndex
from samspill_surveys.domain.question import ChosenQuestion, LegalMode, QuestionId
from samspill_surveys.domain.survey import Plan, Reader, Survey, SurveyGroup, SurveyState
from services.surveys.tests.fakes import CHOSEN_PEERS, NOW, THRIVE

EVERY_TABLE = {
    "surveys": 1,
    "survey_groups": 2,
    "survey_questions": 2,
    "survey_readers": 1,
    "survey_participants": 2,
    "survey_locks": 1,
}


class Storage(Protocol):
    """What the suite needs of an implementation."""

    begin: Begin
    index: SurveyIndex


def a_survey(school_id: SchoolId, *, created_at: datetime = NOW) -> Survey:
    plan = Plan(
        title="Trivsel",
        mode=LegalMode.PREVENTIVE,
        groups=(SurveyGroup(GroupId(uuid4()), "6B"), SurveyGroup(GroupId(uuid4()), "6A")),
        questions=(
            ChosenQuestion(QuestionId(uuid4()), THRIVE, 0),
            ChosenQuestion(QuestionId(uuid4()), CHOSEN_PEERS, 5),
        ),
        closes_at=datetime(2026, 12, 1, 12, 0, tzinfo=UTC),
        lifetime=Lifetime(date(2027, 6, 30), date(2030, 11, 23)),
    )
    return Survey(
        id=SurveyId(uuid4()),
        school_id=school_id,
        created_by=StaffId(uuid4()),
        created_at=created_at,
        band="5-7",
        plan=plan,
        shuffle_seed=2**62 + 1,
    )


def two_people() -> ParticipantList:
    return ParticipantList(
        tuple(
            Participant(ParticipantId(uuid4()), PupilId(uuid4()), number, b"sealed")
            for number in (1, 2)
        ),
        version=1,
    )


async def stored(storage: Storage, survey: Survey) -> Survey:
    async with storage.begin(survey.school_id) as work:
        await work.surveys.add(survey)
        await work.commit()
    return survey


async def stored_open(storage: Storage, survey: Survey) -> Survey:
    """An open survey with a reader and two participants."""
    await stored(storage, survey)
    async with storage.begin(survey.school_id) as work:
        opened = await work.surveys.get_for_update(survey.id)
        opened.state = SurveyState.OPEN
        opened.opened_at = NOW
        opened.readers = (Reader(StaffId(uuid4()), "Kari Holm", "teacher"),)
        opened.languages = ("nb", "nn")
        opened.participants = 2
        await work.lists.save(survey.id, two_people())
        await work.surveys.save(opened)
        await work.commit()
    return opened


class WorkContract:
    """Subclasses give a `storage` fixture."""

    @pytest.fixture
    def school_id(self) -> SchoolId:
        return SchoolId(uuid4())

    async def test_a_survey_comes_back_as_it_was_stored(
        self, storage: Storage, school_id: SchoolId
    ) -> None:
        opened = await stored_open(storage, a_survey(school_id))

        async with storage.begin(school_id) as work:
            assert await work.surveys.get(opened.id) == opened

    async def test_nothing_stays_without_a_commit(
        self, storage: Storage, school_id: SchoolId
    ) -> None:
        survey = a_survey(school_id)
        async with storage.begin(school_id) as work:
            await work.surveys.add(survey)

        async with storage.begin(school_id) as work:
            assert await work.surveys.find(survey.id) is None

    async def test_another_school_finds_nothing_and_changes_nothing(
        self, storage: Storage, school_id: SchoolId
    ) -> None:
        survey = await stored_open(storage, a_survey(school_id))
        async with storage.begin(SchoolId(uuid4())) as work:
            with pytest.raises(SurveyNotFound):
                await work.surveys.get_for_update(survey.id)
            assert (await work.lists.of(survey.id)).everyone == ()
            rows = await work.erasures.erase(survey.id, at=NOW)
            await work.commit()

        assert sum(rows.values()) == 0
        async with storage.begin(school_id) as work:
            assert await work.surveys.get(survey.id) == survey
            assert len((await work.lists.of(survey.id)).everyone) == 2

    async def test_an_id_is_used_once(self, storage: Storage, school_id: SchoolId) -> None:
        survey = await stored(storage, a_survey(school_id))

        with pytest.raises(SurveyChangedMeanwhile):
            await stored(storage, survey)

    async def test_a_changed_plan_replaces_the_old_one(
        self, storage: Storage, school_id: SchoolId
    ) -> None:
        survey = await stored(storage, a_survey(school_id))
        plan = replace(
            survey.plan,
            title="Nytt",
            groups=survey.plan.groups[::-1],
            questions=survey.plan.questions[1:],
        )
        async with storage.begin(school_id) as work:
            changed = await work.surveys.get_for_update(survey.id)
            changed.plan = plan
            await work.surveys.save(changed)
            await work.commit()

        async with storage.begin(school_id) as work:
            assert (await work.surveys.get(survey.id)).plan == plan

    async def test_readers_who_come_later_are_stored(
        self, storage: Storage, school_id: SchoolId
    ) -> None:
        survey = await stored_open(storage, a_survey(school_id))
        late = Reader(StaffId(uuid4()), "Ola Nes", "leader")
        told = []
        for readers in ((*survey.readers, late), (late,), ()):
            async with storage.begin(school_id) as work:
                changed = await work.surveys.get_for_update(survey.id)
                changed.follow_readers(readers)
                await work.surveys.save(changed)
                await work.commit()
            async with storage.begin(school_id) as work:
                told.append((await work.surveys.get(survey.id)).readers)

        assert told == [(*survey.readers, late), (late,), ()]

    async def test_a_list_grows_and_remembers_who_left(
        self, storage: Storage, school_id: SchoolId
    ) -> None:
        survey = await stored_open(storage, a_survey(school_id))
        async with storage.begin(school_id) as work:
            before = await work.lists.of(survey.id)
            first, second = before.everyone
            newcomer = Participant(ParticipantId(uuid4()), PupilId(uuid4()), 3, b"new")
            after = ParticipantList(
                (replace(first, has_left=True), replace(second, sealed_card=b"again"), newcomer),
                version=2,
            )
            await work.lists.save(survey.id, after)
            await work.commit()

        async with storage.begin(school_id) as work:
            assert await work.lists.of(survey.id) == after

    async def test_a_lock_is_seen_until_it_is_taken_back(
        self, storage: Storage, school_id: SchoolId
    ) -> None:
        survey = await stored(storage, a_survey(school_id))
        seen = []
        for step in ("lock", "lock", "unlock", "unlock"):
            async with storage.begin(school_id) as work:
                if step == "lock":
                    await work.erasures.lock(survey.id, at=NOW)
                else:
                    await work.erasures.unlock(survey.id)
                await work.commit()
            async with storage.begin(school_id) as work:
                seen.append((await work.surveys.get(survey.id)).is_locked)

        assert seen == [True, True, False, False]

    async def test_erasing_counts_every_table_and_tells_the_same_again(
        self, storage: Storage, school_id: SchoolId
    ) -> None:
        survey = await stored_open(storage, a_survey(school_id))
        neighbour = await stored_open(storage, a_survey(school_id))
        sums = []
        for _ in range(2):
            async with storage.begin(school_id) as work:
                await work.erasures.lock(survey.id, at=NOW)
                sums.append(dict(await work.erasures.erase(survey.id, at=NOW)))
                await work.commit()

        assert sums[0] == sums[1]
        assert {table: sums[0][table] for table in EVERY_TABLE} == EVERY_TABLE
        async with storage.begin(school_id) as work:
            with pytest.raises(SurveyNotFound):
                await work.surveys.get(survey.id)
            with pytest.raises(SurveyNotFound):
                await work.surveys.find(survey.id)
            assert (await work.surveys.get(neighbour.id)).participants == 2

    async def test_an_erased_survey_cannot_be_made_again(
        self, storage: Storage, school_id: SchoolId
    ) -> None:
        survey = await stored(storage, a_survey(school_id))
        async with storage.begin(school_id) as work:
            await work.erasures.erase(survey.id, at=NOW)
            await work.commit()

        with pytest.raises(SurveyNotFound):
            await stored(storage, survey)

    async def test_a_fact_is_taken_in_once(self, storage: Storage, school_id: SchoolId) -> None:
        told_as = EventId(uuid4())
        seen = []
        for _ in range(2):
            async with storage.begin(school_id) as work:
                seen.append(await work.inbox.record(told_as))
                await work.commit()

        assert seen == [True, False]

    async def test_the_index_lists_one_school_newest_first(
        self, storage: Storage, school_id: SchoolId
    ) -> None:
        older = await stored_open(storage, a_survey(school_id))
        newer = await stored(storage, a_survey(school_id, created_at=NOW + timedelta(minutes=1)))
        await stored(storage, a_survey(SchoolId(uuid4())))
        async with storage.begin(school_id) as work:
            await work.erasures.lock(newer.id, at=NOW)
            await work.commit()

        lines = await storage.index.of_school(school_id)

        assert [line.survey_id for line in lines] == [newer.id, older.id]
        assert [line.is_locked for line in lines] == [True, False]
        assert lines[1].groups == older.plan.groups
        assert (lines[1].participants, lines[1].questions) == (2, 2)
        assert lines[1].state is SurveyState.OPEN

"""The suite of Answers on the fake, plain SQL, the function, and functions that are wrong."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from samspill_responses.domain.acceptance import AcceptedParticipant
from samspill_responses.domain.events import ParticipantStateChanged
from samspill_responses.domain.ports import Answers
from samspill_responses.domain.survey import Preparation, PreparedSurvey
from services.responses.tests.contracts.answers_port import AnswersContract, Stage
from services.responses.tests.fakes import FakeSurveys, StoppedClock
from services.responses.tests.sample import NOW, RECESS, SchoolClass, a_save, sealed
from services.responses.tests.storage import Storage


class FakeStage:
    def __init__(self) -> None:
        self.kept = FakeSurveys(StoppedClock(NOW))
        self.answers: Answers = self.kept

    async def prepare(self, told: Preparation) -> None:
        self.kept.prepared[(told.school_id, told.survey_id)] = PreparedSurvey.begin(told)

    async def change_participants(
        self, of: SchoolClass, participants: tuple[AcceptedParticipant, ...], list_version: int
    ) -> None:
        self._survey(of).change_participants(participants, list_version)

    async def seal(self, of: SchoolClass) -> None:
        async with self.kept.begin(of.school_id) as work:
            survey = await work.surveys.get_for_update(of.survey_id)
            survey.seal(at=NOW)
            await work.surveys.drop_earlier_versions(of.survey_id)
            await work.save(survey)
            await work.commit()

    async def lock(self, of: SchoolClass) -> None:
        self.kept.locked.add((of.school_id, of.survey_id))

    async def states_told(self, of: SchoolClass) -> list[str]:
        return [e.state for e in self.kept.events if isinstance(e, ParticipantStateChanged)]

    async def earlier_versions(self, of: SchoolClass) -> int:
        return sum(len(each.earlier) for each in self.kept.participants.values())

    def _survey(self, of: SchoolClass) -> PreparedSurvey:
        return self.kept.prepared[(of.school_id, of.survey_id)]


@dataclass
class SqlStage:
    storage: Storage
    answers: Answers

    async def prepare(self, told: Preparation) -> None:
        await self.storage.prepare(told)

    async def change_participants(
        self, of: SchoolClass, participants: tuple[AcceptedParticipant, ...], list_version: int
    ) -> None:
        async with self.storage.begin(of.school_id) as work:
            survey = await work.surveys.get_for_update(of.survey_id)
            survey.change_participants(participants, list_version)
            await work.save(survey)
            await work.commit()

    async def seal(self, of: SchoolClass) -> None:
        await self.storage.seal(of)

    async def lock(self, of: SchoolClass) -> None:
        await self.storage.lock(of)

    async def states_told(self, of: SchoolClass) -> list[str]:
        return await self.storage.states_told(of)

    async def earlier_versions(self, of: SchoolClass) -> int:
        return await self.storage.count("answer_versions", of)


@pytest.fixture
async def school_class(stage: Stage) -> SchoolClass:
    school_class = SchoolClass()
    await stage.prepare(school_class.preparation())
    return school_class


class TestFakeAnswers(AnswersContract):
    @pytest.fixture
    def stage(self) -> Stage:
        return FakeStage()


class TestSqlAnswers(AnswersContract):
    @pytest.fixture
    def stage(self, storage: Storage) -> Stage:
        return SqlStage(storage, storage.plain)


class TestFastAnswers(AnswersContract):
    @pytest.fixture
    def stage(self, storage: Storage) -> Stage:
        return SqlStage(storage, storage.fast)


FAULTS: dict[str, tuple[Callable[[str], str], str]] = {
    "no sequence check": (
        lambda body: body.replace("is_new := FOUND;", "is_new := true;"),
        "test_a_repeated_save_changes_nothing",
    ),
    "no check of the lock": (
        lambda body: body.replace("IF known.is_locked", "IF false AND known.is_locked"),
        "test_a_locked_survey_is_neither_written_nor_read",
    ),
    "no check of the closing time": (
        lambda body: body.replace(" OR s.closes_at <= clock_timestamp()", ""),
        "test_a_survey_past_its_closing_time_refuses_answers",
    ),
    "no check of the acceptance": (
        lambda body: body.replace("IF known.acceptance_version <>", "IF false AND 1 <>"),
        "test_answers_held_against_an_older_acceptance_are_not_kept",
    ),
    "no earlier versions": (
        lambda body: body.replace(
            "INSERT INTO answer_versions", "INSERT INTO answer_versions"
        ).replace("AND a.session_id <> p_session", "AND false"),
        "test_overwriting_from_another_session_keeps_the_earlier_version_until_closing",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_suite_notices_a_function_that_is_wrong(storage: Storage, fault: str) -> None:
    """The control: a suite that passes whatever the function does would prove nothing."""
    mutate, test_name = FAULTS[fault]
    async with storage.with_mutated_save(mutate) as wrong:
        stage = SqlStage(storage, wrong)
        school_class = SchoolClass()
        await stage.prepare(school_class.preparation())
        contract = AnswersContract()
        arguments = (stage,) if "closing_time" in test_name else (stage, school_class)
        with pytest.raises((AssertionError, pytest.fail.Exception)):
            await getattr(contract, test_name)(*arguments)


async def test_the_function_and_its_mutant_differ_in_the_fault_alone(storage: Storage) -> None:
    school_class = SchoolClass()
    await storage.prepare(school_class.preparation())
    async with storage.with_mutated_save(lambda body: body) as same:
        saved = await same.save(a_save(school_class.writer(), sealed(RECESS, b"good")))
    assert saved.state == "started"

"""Results stay in memory for a quarter of an hour; the slow part comes beside the page (SPEC T4)."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest

from samspill_kit.testing.clocks import SetClock
from samspill_kit.testing.metrics import measured
from samspill_reports.domain.analysis import ClassAnalysis
from samspill_reports.metrics import AnalysisCounters
from samspill_reports.usecases.analyse_class import KEPT_FOR, AnalyseClass
from services.reports.tests.sample import SURVEY, TOGETHER, a_class


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def analyse(clock: SetClock) -> AnalyseClass:
    return AnalyseClass(clock, AnalysisCounters())


@pytest.fixture
def begun() -> Event:
    """Set when a slow part has begun."""
    return Event()


@pytest.fixture
def may_finish(monkeypatch: pytest.MonkeyPatch, begun: Event) -> Event:
    """Holds every slow part back until it is set."""
    held, slow = Event(), ClassAnalysis.completed

    def completed(analysis: ClassAnalysis) -> ClassAnalysis:
        begun.set()
        assert held.wait(30)
        return slow(analysis)

    monkeypatch.setattr(ClassAnalysis, "completed", completed)
    return held


def measures() -> dict[str, float]:
    name = "samspill_reports_analyses_asked_total"
    return {
        "kept": measured(name, source="kept"),
        "computed": measured(name, source="computed"),
        "slow": measured("samspill_reports_analysis_seconds_count", part="slow"),
        "failed": measured("samspill_reports_analysis_failures_total"),
    }


async def completed(analyse: AnalyseClass) -> ClassAnalysis:
    async with asyncio.timeout(60):
        while True:
            found = await analyse(a_class(8))
            if found.is_complete:
                return found
            await asyncio.sleep(0.02)


async def test_a_page_does_not_wait_for_the_slow_part(
    analyse: AnalyseClass, may_finish: Event
) -> None:
    first = await analyse(a_class(8))
    assert not first.is_complete
    assert await analyse(a_class(8)) is first
    may_finish.set()
    whole = await completed(analyse)
    slow = whole.relations[TOGETHER.question_id].slow
    assert slow is not None
    assert slow.groups_p is not None


async def test_what_is_complete_is_computed_once(analyse: AnalyseClass) -> None:
    before = measures()
    whole = await completed(analyse)
    assert await analyse(a_class(8)) is whole
    after = measures()
    assert after["computed"] == before["computed"] + 1
    assert after["slow"] == before["slow"] + 1
    assert after["kept"] > before["kept"]


async def test_other_answers_are_another_analysis(analyse: AnalyseClass, may_finish: Event) -> None:
    assert await analyse(a_class(8, seed=1)) is not await analyse(a_class(8, seed=2))
    may_finish.set()


async def test_a_result_is_kept_for_a_quarter_of_an_hour(
    analyse: AnalyseClass, clock: SetClock
) -> None:
    whole = await completed(analyse)
    clock.advance(KEPT_FOR - timedelta(seconds=1))
    assert await analyse(a_class(8)) is whole
    clock.advance(timedelta(seconds=1))
    assert await analyse(a_class(8)) is not whole


async def test_a_survey_that_is_being_deleted_is_forgotten_also_when_the_slow_part_comes_late(
    analyse: AnalyseClass, may_finish: Event, begun: Event
) -> None:
    await analyse(a_class(8))
    assert await asyncio.to_thread(begun.wait, 30)
    analyse.forget(SURVEY)
    tasks = list(analyse._completing.values())
    may_finish.set()
    await asyncio.gather(*tasks)
    assert analyse._kept == {}


async def test_a_slow_part_that_fails_leaves_the_quick_one_and_is_tried_again(
    analyse: AnalyseClass, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def failing(analysis: ClassAnalysis) -> ClassAnalysis:
        tries.append(1)
        raise ArithmeticError

    monkeypatch.setattr(ClassAnalysis, "completed", failing)
    failed = measures()["failed"]
    quick = await analyse(a_class(8))
    await asyncio.gather(*analyse._completing.values())
    assert measures()["failed"] == failed + 1
    monkeypatch.undo()
    assert await analyse(a_class(8)) is quick
    assert len(tries) == 1
    assert (await completed(analyse)).is_complete


async def test_a_class_without_nominations_is_complete_at_once(analyse: AnalyseClass) -> None:
    material = a_class(8)
    scales = [each for each in material.questions if each.kind != "nomination"]
    assert (await analyse(replace(material, questions=scales))).is_complete


async def test_names_and_other_answers_are_not_kept(analyse: AnalyseClass) -> None:
    await completed(analyse)
    kept = repr([each.analysis.relations for each in analyse._kept.values()])
    for word in ("Åse", "Ola", "greie", "veldig bra"):
        assert word not in kept

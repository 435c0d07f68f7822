"""Answers and names meet for one reader, permit first (SPEC I8, S8, G6, T2)."""

from uuid import UUID

import pytest

from samspill_kit.errors import Unavailable
from samspill_kit.ids import MunicipalityId, SchoolId, SessionId, StaffId, SurveyId
from samspill_kit.principal import Role, StaffPrincipal
from samspill_reports.domain.errors import LevelTooLow, SurveyIsLocked, SurveyNotClosed
from samspill_reports.domain.material import Level, Material
from samspill_reports.usecases.gather_material import GatherMaterial, Reading
from samspill_reports.words import CatalogueWords
from services.reports.tests.fakes import FakeLocks, FakeNeighbours
from services.reports.tests.sample import NOW, SURVEY, WORDS, a_class, pupil_id

SCHOOL = SchoolId(UUID(int=3))
TEACHER = StaffPrincipal(
    StaffId(UUID(int=4)),
    MunicipalityId(UUID(int=5)),
    SCHOOL,
    frozenset({Role.TEACHER}),
    (),
    SessionId(UUID(int=6)),
)


@pytest.fixture
def neighbours() -> FakeNeighbours:
    return FakeNeighbours(a_class(8))


@pytest.fixture
def locks() -> FakeLocks:
    return FakeLocks()


async def gathered(
    neighbours: FakeNeighbours, locks: FakeLocks, *, anonymised: bool = False
) -> Material:
    gather = GatherMaterial(neighbours, neighbours, neighbours, locks)
    reading = Reading(SURVEY, "nb", anonymised, "report_overview")
    return await gather(reading, CatalogueWords("nb"), by=TEACHER)


async def test_the_permit_is_there_before_any_answer_or_name_is_asked_for(
    neighbours: FakeNeighbours, locks: FakeLocks
) -> None:
    await gathered(neighbours, locks)
    assert neighbours.asked == ["form", "permit report_overview", "answers", "participants"]


async def test_without_a_permit_no_answer_is_asked_for(
    neighbours: FakeNeighbours, locks: FakeLocks
) -> None:
    neighbours.refuses_permit = Unavailable()
    with pytest.raises(Unavailable):
        await gathered(neighbours, locks)
    assert "answers" not in neighbours.asked


async def test_a_locked_survey_is_not_even_looked_up(
    neighbours: FakeNeighbours, locks: FakeLocks
) -> None:
    await locks.lock(SCHOOL, SurveyId.parse(SURVEY), at=NOW)
    with pytest.raises(SurveyIsLocked):
        await gathered(neighbours, locks)
    assert neighbours.asked == []


async def test_an_open_survey_is_read_by_nobody(
    neighbours: FakeNeighbours, locks: FakeLocks
) -> None:
    neighbours.is_closed = False
    with pytest.raises(SurveyNotClosed):
        await gathered(neighbours, locks)
    assert neighbours.asked == ["form"]


async def test_a_reader_of_numbers_alone_gets_no_individual(
    neighbours: FakeNeighbours, locks: FakeLocks
) -> None:
    neighbours.granted = Level.AGGREGATE
    with pytest.raises(LevelTooLow):
        await gathered(neighbours, locks)
    assert "answers" not in neighbours.asked


@pytest.mark.parametrize("level", [Level.NAMED, Level.FREE_TEXT])
async def test_a_reader_of_names_sees_names(
    neighbours: FakeNeighbours, locks: FakeLocks, level: Level
) -> None:
    neighbours.granted = level
    material = await gathered(neighbours, locks)
    assert (material.anonymised, material.level) == (False, level)
    assert material.labels[pupil_id(0)] == "Åse"
    assert text_of(material) == "Ola og Olas bror er greie."


async def test_the_anonymised_view_has_numbers_everywhere_also_inside_free_text(
    neighbours: FakeNeighbours, locks: FakeLocks
) -> None:
    material = await gathered(neighbours, locks, anonymised=True)
    olas = sorted(each.number for each in material.participants if each.name.startswith("Ola"))
    label = f"elev {olas[0]}/{olas[1]}"
    assert text_of(material) == f"{label} og {label}s bror er greie."
    assert set(material.labels.values()) == {f"elev {n}" for n in range(1, 9)}


async def test_a_reader_below_names_gets_the_anonymised_view_without_asking(
    neighbours: FakeNeighbours, locks: FakeLocks
) -> None:
    neighbours.granted = Level.PSEUDONYMOUS
    material = await gathered(neighbours, locks)
    assert material.anonymised
    assert "Ola" not in text_of(material)
    assert material.labels[pupil_id(0)].startswith("elev ")


def text_of(material: Material) -> str:
    return next(each.text for each in material.answers if each.question_id == WORDS.question_id)

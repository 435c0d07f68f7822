"""The sociogram as SVG (SPEC G2, P4)."""

import re
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest

from samspill_reports.domain.analysis import ClassAnalysis
from samspill_reports.domain.material import Material
from samspill_reports.rendering.artist import SvgArtist
from samspill_reports.rendering.compose import Filters, network_drawing, target_drawing
from samspill_reports.rendering.drawing import Drawing, Mark
from samspill_reports.rendering.placing import overlap, picture_size, spread_out
from samspill_reports.usecases.draw_relations import DrawRelations, SociogramChoice
from samspill_reports.words import CatalogueWords
from services.reports.tests.sample import TOGETHER, a_class, pupil_id, shuffled

SVG = "{http://www.w3.org/2000/svg}"


def drawings(material: Material) -> list[Drawing]:
    analysis = ClassAnalysis.of(material)
    found = analysis.relations[TOGETHER.question_id]
    places = analysis.positions
    rings = ["a", "b", "c", "d"]
    return [
        network_drawing(found, material, places, Filters(), "t"),
        target_drawing(found, material, places, Filters(), "t", rings),
    ]


def overlapping(marks: list[Mark]) -> list[tuple[str, str]]:
    return [(a.who, b.who) for a, b in combinations(marks, 2) if min(overlap(a, b)) > 0.01]


def outside(drawing: Drawing) -> list[str]:
    return [
        mark.who
        for mark in drawing.marks
        if mark.x - mark.half_width < 0
        or mark.x + mark.half_width > drawing.width
        or mark.top < 0
        or mark.bottom > drawing.height
    ]


@pytest.mark.parametrize("size", [2, 8, 29, 60])
def test_no_two_labels_lie_on_each_other_and_all_lie_inside(size: int) -> None:
    for drawing in drawings(a_class(size, silent=size // 10)):
        assert overlapping(list(drawing.marks)) == []
        assert outside(drawing) == []


def test_marks_that_were_not_spread_out_are_found_on_each_other() -> None:
    """The control: the measure sees what it is there for."""
    marks = [Mark(str(at), "Åse Berg", "girl", True, 100 + at, 100) for at in range(3)]
    assert len(overlapping(marks)) == 3
    assert overlapping(spread_out(marks, *picture_size(3))) == []


def drawn(material: Material, view: str = "network", selected: str = "") -> str:
    analysis = ClassAnalysis.of(material)
    chosen = SociogramChoice(TOGETHER.question_id, view, False, True, selected, "")
    return DrawRelations(SvgArtist())(material, analysis, chosen, CatalogueWords("nb")).svg


@pytest.mark.parametrize("view", ["network", "target"])
def test_the_order_in_which_people_and_answers_come_changes_nothing(view: str) -> None:
    material = a_class(29, silent=2)
    first = drawn(material, view)
    for seed in (1, 2):
        assert drawn(shuffled(material, seed), view) == first


def test_other_answers_give_another_picture() -> None:
    """The control."""
    assert drawn(a_class(seed=1)) != drawn(a_class(seed=2))


def test_a_mutual_choice_has_no_arrowhead_and_a_one_sided_one_has_its_own() -> None:
    material = a_class(29)
    pairs = ClassAnalysis.of(material).relations[TOGETHER.question_id].pairs
    root = ET.fromstring(drawn(material))
    groups = {each.get("class"): each for each in root.iter(f"{SVG}g")}
    mutual = [each.get("class") for each in groups["ties mutual"]]
    assert len(mutual) == len(pairs.mutual) > 0
    assert all(each == "tie mutual" for each in mutual)
    assert not any("marker" in name for each in root.iter() for name in each.attrib)
    one_way = [each.get("class") for each in groups["ties one-way"]]
    assert one_way.count("arrow one-way") == one_way.count("tie one-way") > 0


@pytest.mark.parametrize("view", ["network", "target"])
def test_every_name_is_escaped(view: str) -> None:
    material = a_class(29)
    svg = drawn(material, view)
    assert "&lt;b&gt;Kari" in svg
    assert "<b>" not in svg
    root = ET.fromstring(svg)
    names = {each.text for each in root.iter(f"{SVG}text") if each.get("class") == "name"}
    assert names == set(material.labels.values())


def test_nothing_in_the_picture_runs_or_loads() -> None:
    svg = drawn(a_class(29), selected=pupil_id(1))
    assert not re.search(r"<(script|style|image|use|foreignObject)|\son\w+=|\sstyle=", svg)
    links = re.findall(r'href="([^"]*)"', svg)
    assert all(re.fullmatch(r"\?valgt=[0-9a-f-]{36}", each) for each in links)


def test_the_silent_are_drawn_as_silent_and_shapes_say_gender() -> None:
    """SPEC G5: who did not answer is seen as such; nothing is told by colour alone."""
    material = a_class(29, silent=3)
    root = ET.fromstring(drawn(material))
    silent = [e for e in root.iter(f"{SVG}a") if "silent" in str(e.get("class")).split()]
    assert {each.get("data-pupil") for each in silent} == {pupil_id(at) for at in (26, 27, 28)}
    assert all(each[0].get("stroke-dasharray") for each in silent)
    shapes = {"girl": "circle", "boy": "rect", "other": "polygon"}
    for each in root.iter(f"{SVG}a"):
        gender = str(each.get("class")).split()[1]
        assert each[0].tag == f"{SVG}{shapes[gender]}"


def test_a_screen_reader_hears_how_often_each_was_chosen_and_by_how_many_it_could_be() -> None:
    root = ET.fromstring(drawn(a_class(29, silent=1)))
    spoken = [str(each.get("aria-label")) for each in root.iter(f"{SVG}a")]
    assert len(spoken) == 29
    assert all("som svarte og kunne velge." in each for each in spoken)


def test_the_matrix_tells_silence_from_choosing_nobody() -> None:
    material = a_class(8, silent=1)
    analysis = ClassAnalysis.of(material).relations[TOGETHER.question_id]
    order = [each.participant_id for each in material.participants]
    rows = SvgArtist().matrix(analysis, order)
    assert rows[7] == "???????-"
    assert all(row[at] == "-" for at, row in enumerate(rows))
    for a, b in analysis.pairs.mutual:
        assert rows[order.index(a)][order.index(b)] == "2"

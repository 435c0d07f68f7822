"""The report on paper: tagged, with the numbers of the pages (SPEC G7)."""

import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pypdf
import pytest

from samspill_reports.domain.analysis import ClassAnalysis
from samspill_reports.domain.material import Material
from samspill_reports.rendering.paper import paper_content
from samspill_reports.rendering.report_pdf import report_pdf
from samspill_reports.usecases.read_quality import quality
from samspill_reports.words import CatalogueWords
from services.reports.tests.fakes import FakeLocks, FakeNeighbours
from services.reports.tests.sample import NOW, a_class
from services.reports.tests.unit.test_gather import gathered


def printed(material: Material, locale: str = "nb", *, pupil_pages: bool = False) -> bytes:
    analysis = ClassAnalysis.of(material)
    words = CatalogueWords(locale)
    content = paper_content(material, analysis, words, locale, made_at=NOW, pupil_pages=pupil_pages)
    return report_pdf(content)


def text_of(pdf: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.fixture(scope="module")
def material() -> Material:
    return a_class(29, silent=3)


@pytest.fixture(scope="module")
def pdf(material: Material) -> bytes:
    return printed(material)


def test_several_who_print_at_once_get_each_their_own(material: Material) -> None:
    words, analysis = CatalogueWords("nb"), ClassAnalysis.of(material)
    content = paper_content(material, analysis, words, "nb", made_at=NOW, pupil_pages=False)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(report_pdf, ({**content, "title": f"Nr {n}"} for n in range(8))))
    titles = [pypdf.PdfReader(io.BytesIO(each)).metadata for each in made]
    assert [each and each.title for each in titles] == [f"Nr {n}" for n in range(8)]


def test_it_is_tagged_titled_and_says_its_language(pdf: bytes) -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    root: Any = reader.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "nb"
    assert reader.metadata is not None
    assert reader.metadata.title == "6A: Trivsel"


def test_it_has_the_numbers_of_the_page(pdf: bytes, material: Material) -> None:
    about = quality(material, ClassAnalysis.of(material), CatalogueWords("nb"))
    text = text_of(pdf)
    assert about.participation in text
    for each in about.relations:
        row = (each.density, each.reciprocity, str(each.mutual_pairs), str(each.choices))
        assert " ".join(row) in text
        for pupil in each.times_chosen:
            assert f"{pupil.chosen} av {pupil.could_have_chosen}" in text


def test_another_class_has_other_numbers(pdf: bytes) -> None:
    """The control: the numbers are not the same whatever the answers."""
    other = a_class(29, silent=1)
    about = quality(other, ClassAnalysis.of(other), CatalogueWords("nb"))
    row = about.relations[0]
    assert f"{row.density} {row.reciprocity} {row.mutual_pairs} {row.choices}" not in text_of(pdf)


def test_every_page_says_mode_level_and_day_of_deletion(pdf: bytes) -> None:
    for page in pypdf.PdfReader(io.BytesIO(pdf)).pages:
        foot = " ".join(page.extract_text().split())
        assert "Forebyggende · Med navn" in foot
        assert "slettes 2027-06-30" in foot


def test_the_same_report_is_the_same_bytes(pdf: bytes, material: Material) -> None:
    assert printed(material) == pdf


@pytest.mark.parametrize("locale", ["nn", "en"])
def test_it_speaks_the_readers_language(locale: str, pdf: bytes) -> None:
    other = printed(a_class(8), locale)
    root: Any = pypdf.PdfReader(io.BytesIO(other)).root_object
    assert root["/Lang"] == locale
    assert CatalogueWords(locale).text("Det som skiller seg ut") in text_of(other)


async def test_the_anonymised_report_holds_no_name_also_on_pupils_pages() -> None:
    material = await gathered(FakeNeighbours(a_class(8)), FakeLocks(), anonymised=True)
    text = text_of(printed(material, pupil_pages=True))
    assert "elev 1" in text
    for each in material.participants:
        for part in each.name.split():
            assert part not in text


def test_pupils_pages_come_only_when_asked_for(material: Material, pdf: bytes) -> None:
    small = a_class(8)
    without = len(pypdf.PdfReader(io.BytesIO(printed(small))).pages)
    with_pages = len(pypdf.PdfReader(io.BytesIO(printed(small, pupil_pages=True))).pages)
    assert with_pages == without + 8


def test_a_name_with_marks_of_other_languages_is_printed_as_it_is(pdf: bytes) -> None:
    text = text_of(pdf)
    assert "<b>Kari" in text
    assert "Emma" in text

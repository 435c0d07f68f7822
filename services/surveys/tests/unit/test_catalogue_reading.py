"""The catalogue's files are refused whole when one entry breaks a rule."""

import shutil
from pathlib import Path

import pytest

import samspill_surveys.catalogue
from samspill_surveys.catalogue import CatalogueBroken, QuestionNotInBank
from samspill_surveys.catalogue.reading import read_catalogue

FILES = Path(samspill_surveys.catalogue.__file__).parent
CLASS_LIFE = "questions/class_life.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The real files, free to be broken."""
    copy = tmp_path / "catalogue"
    shutil.copytree(FILES, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return copy


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def append(path: Path, more: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")


def entry(*lines: str, without: str = "") -> str:
    """A whole question of its own, with lines replaced by those that begin alike."""
    whole = [
        'key = "extra"',
        "version = 1",
        'kind = "free_text"',
        'valence = "neutral"',
        *(
            f'text.{band} = {{ nb = "A?", nn = "B?", en = "C?" }}'
            for band in ("1-4", "5-7", "8-10")
        ),
    ]
    for line in lines:
        name = line.split(" ", 1)[0]
        whole = [kept for kept in whole if not kept.startswith(f"{name} ")] + [line]
    kept = [line for line in whole if not without or not line.startswith(without)]
    return "\n".join(["", "[[question]]", *kept, ""])


def test_the_files_as_they_are_can_be_read(folder: Path) -> None:
    append(folder / CLASS_LIFE, entry())
    assert read_catalogue(folder).find("extra").theme == "class_life"


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        (entry('key = "class_thrive"'), "class_thrive: stands twice"),
        (entry(without="text.5-7"), "every band"),
        (entry('text.11-13 = { nb = "A?", nn = "B?", en = "C?" }'), "every band and no other"),
        (entry('text.1-4 = { nb = "A?", nn = "B?" }'), "extra 1-4: has every language"),
        (entry('text.1-4 = { nb = "A?", nn = "", en = "C?" }'), "nn is empty"),
        (entry('text.1-4 = { nb = "A? ", nn = "B?", en = "C?" }'), "nb is empty or has blanks"),
        (entry('help.1-4 = { nb = "A." }'), "has every language"),
        (entry('help.11-13 = { nb = "A.", nn = "B.", en = "C." }'), "help for an unknown band"),
        (entry(without="valence"), "is incomplete"),
        (entry('kind = "essay"'), "essay is not a kind"),
        (entry('valence = "bad"'), "bad is not a valence"),
        (entry("version = 0"), "versions begin at 1"),
        (entry("mandatory = true"), "knows no"),
        (entry('kind = "scale_faces"'), "name their steps"),
        (entry('kind = "scale_faces"', 'scale = "how_blue"'), "no scale how_blue"),
        (
            entry('kind = "scale_frequency"', 'valence = "positive"', 'scale = "how_often_bad"'),
            "another kind or valence",
        ),
        (entry('kind = "single_choice"'), "have options"),
        (
            entry(
                'kind = "single_choice"',
                'options = [{ key = "a", nb = "A", nn = "A", en = "A" }]',
            ),
            "at least two options",
        ),
        (
            entry(
                'kind = "multiple_choice"',
                "options = [{ key = 'a', nb = 'A', nn = 'A', en = 'A' },"
                " { key = 'a', nb = 'B', nn = 'B', en = 'B' }]",
            ),
            "repeats an option",
        ),
        (entry('kind = "nomination"'), "nominations have a maximum"),
        (entry('kind = "nomination"', "max_nominees = 4"), "3, 5 or 0"),
        (entry("max_nominees = 3"), "nominations have a maximum"),
        ('\n[[questoin]]\nkey = "extra"\n', "only kind of entry"),
        ("\n[[question\n", "class_life.toml"),
    ],
)
def test_a_broken_question_is_refused(folder: Path, more: str, rule: str) -> None:
    append(folder / CLASS_LIFE, more)
    with pytest.raises(CatalogueBroken, match=rule):
        read_catalogue(folder)


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ('"class_thrive@1"', '"class_thrive@2"', "1-4@1: class_thrive@2 is not in the bank"),
        ('"class_thrive@1"', '"class_thrive"', "is not in the bank"),
        ('"class_thrive@1"', '"often_alone@1"', "may not stand in a ready set"),
        ('"class_thrive@1"', '"breaks_thrive@1"', "repeats a question"),
        ('band = "1-4"', 'band = "11-13"', "one for every band"),
        ('band = "1-4"', 'band = "5-7"', "versions go up"),
    ],
)
def test_a_broken_set_is_refused(folder: Path, old: str, new: str, rule: str) -> None:
    rewrite(folder / "sets.toml", old, new)
    with pytest.raises(CatalogueBroken, match=rule):
        read_catalogue(folder)


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ('bands = ["1-4"]', 'bands = ["1-4", "5-7"]', "has a band twice"),
        ('bands = ["1-4"]', "bands = []", "lacks band 1-4"),
        ('kind = "scale_faces"', 'kind = "scale_agreement"', "differs between bands"),
        ('kind = "scale_faces"', 'kind = "ladder"', "not a kind of scale"),
        ('valence = "positive"', 'valence = "neutral"', "a good and a bad end"),
    ],
)
def test_a_broken_scale_is_refused(folder: Path, old: str, new: str, rule: str) -> None:
    rewrite(folder / "scales.toml", old, new)
    with pytest.raises(CatalogueBroken, match=rule):
        read_catalogue(folder)


@pytest.mark.parametrize("name", ["questions/adults.toml", "sets.toml", "scales.toml"])
def test_a_missing_file_is_refused(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(CatalogueBroken, match="is missing"):
        read_catalogue(folder)


def test_a_new_version_is_the_newest_and_the_old_one_stays(folder: Path) -> None:
    append(folder / CLASS_LIFE, entry() + entry("version = 2", 'valence = "positive"'))
    catalogue = read_catalogue(folder)
    assert catalogue.find("extra").version == 2
    assert catalogue.find("extra", 1).valence == "neutral"
    assert sum(question.key == "extra" for question in catalogue.newest.questions) == 1
    with pytest.raises(QuestionNotInBank):
        catalogue.find("extra", 3)


def test_a_new_version_leaves_a_ready_set_as_it_was(folder: Path) -> None:
    append(folder / CLASS_LIFE, entry('key = "class_thrive"', "version = 2"))
    asked = {ready.band: ready.questions[0] for ready in read_catalogue(folder).newest.sets}
    assert {question.version for question in asked.values()} == {1}


def test_a_free_text_that_names_peers_for_something_bad_is_for_suspicion_alone(
    folder: Path,
) -> None:
    append(folder / CLASS_LIFE, entry('valence = "negative"', "names_peers = true"))
    assert read_catalogue(folder).find("extra").is_suspicion_only

"""What stands out: as data that participation limits, and as sentences without labels."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import samspill_reports
from samspill_reports.sociometry import (
    Certainty,
    Hint,
    Kind,
    Level,
    Relation,
    Voice,
    describe,
    findings,
    search,
    stability,
)
from samspill_reports.sociometry.wording import LANGUAGES, PARTS
from services.reports.tests.sociometry.classes import of_matrix, planted

LOCALE = Path(samspill_reports.__file__).parent / "locale"
LABELS = re.compile(
    r"\b(isolat|isoler|reject|avvist|neglect|oversett|outsider|star\b|stjern|populær|populær|"
    r"popular|controversial|kontroversiell|mobb|bull(y|ied)|loner|ensom|einsam)",
    re.IGNORECASE,
)


def catalogue(language: str) -> dict[str, list[str]]:
    with (LOCALE / language / "LC_MESSAGES" / "findings.po").open("rb") as source:
        messages = read_po(source, locale=language)
    found: dict[str, list[str]] = {}
    for message in messages:
        key = message.id[0] if isinstance(message.id, tuple) else str(message.id)
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        if key:
            found[key] = [str(text) for text in texts]
    return found


def class_of_24(*, silent: int = 0) -> Relation:
    ties = planted(3, (8, 8, 8), (2, 5), 0.85)
    ties[:, 7] = False
    return of_matrix(ties, silent=frozenset(range(23, 23 - silent, -1)))


def said_of(relation: Relation) -> set[Kind]:
    return {each.kind for each in findings(relation)}


def test_an_unchosen_pupil_stands_out_with_numbers_and_uncertainty() -> None:
    (found,) = (each for each in findings(class_of_24()) if each.kind is Kind.UNCHOSEN)
    assert found.pupils == ("007",)
    assert found.numbers["received"] == 0
    assert found.numbers["possible"] == 23
    assert found.uncertainty.certainty is Certainty.CERTAIN
    assert found.uncertainty.at_most == 0
    assert found.does_not_mean == "unchosen.not"


@pytest.mark.parametrize(("silent", "voice"), [(0, 3), (8, 2), (12, 1), (17, 0)])
def test_nothing_is_said_above_what_participation_carries(silent: int, voice: int) -> None:
    relation = class_of_24(silent=silent)
    groups = search([relation])
    found = findings(
        relation,
        partition=groups,
        memberships=stability([relation], groups, copies=20),
        groups_p=0.01,
    )
    assert all(each.needs <= Voice(voice) for each in found)
    if voice < Voice.CERTAIN_ONLY:
        assert not any(each.pupils for each in found)
    if voice is Voice.NOTHING:
        assert [each.kind for each in found] == [Kind.TOO_FEW]


def test_missing_answers_withhold_what_they_could_undo() -> None:
    assert Kind.UNCHOSEN in said_of(class_of_24())
    # A third is silent: someone may well have named the pupil.
    assert Kind.UNCHOSEN not in said_of(class_of_24(silent=8))


def test_subgroups_are_told_only_when_chance_does_not_explain_them() -> None:
    relation = class_of_24()
    groups = search([relation])
    for p, told in ((0.01, True), (0.2, False), (None, False)):
        kinds = {each.kind for each in findings(relation, partition=groups, groups_p=p)}
        assert (Kind.SUBGROUPS in kinds) is told


def test_findings_are_ordered_by_kind_and_pupil_and_never_by_size() -> None:
    found = findings(class_of_24())
    keys = [(list(Kind).index(each.kind), each.pupils) for each in found]
    assert keys == sorted(keys)


def a_hint(level: Level) -> Hint:
    return Hint(
        pupil="000", group=("001", "002", "003"), made=3, chose=3, received=0, at_most=0,
        expected=2.5, deviation=0.9, p=0.001, q=0.01, p_class=0.04, survives=True, level=level,
    )  # fmt: skip


def test_only_hints_that_survived_are_told() -> None:
    relation = class_of_24()
    told = findings(relation, hints=(a_hint(Level.CLEAR),))
    silent = findings(relation, hints=(a_hint(Level.NONE),))
    assert Kind.UNRETURNED_GROUP_CLEAR in {each.kind for each in told}
    assert Kind.UNRETURNED_GROUP_CLEAR not in {each.kind for each in silent}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_has_all_its_sentences(language: str) -> None:
    relation = class_of_24()
    groups = search([relation])
    names = {pupil: f"elev {int(pupil) + 1}" for pupil in relation.roster}
    found = findings(
        relation,
        partition=groups,
        memberships=stability([relation], groups, copies=20),
        groups_p=0.01,
        hints=(a_hint(Level.CLEAR), a_hint(Level.WEAK)),
    )
    for each in found:
        said = describe(each, language, names, question="Hvem?")
        assert "{" not in " ".join([said.says, said.does_not_mean, said.next_step])
        assert all(sentence.endswith(".") for sentence in (said.says, said.does_not_mean))
        assert all(names[pupil] in said.says for pupil in each.pupils)


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogues_are_complete_and_say_the_same_placeholders(language: str) -> None:
    ours, bokmal = catalogue(language), catalogue("nb")
    assert ours.keys() == bokmal.keys()
    assert {f"{kind}.{part}" for kind in Kind for part in PARTS} <= ours.keys()
    for key, texts in ours.items():
        assert all(texts), key
        assert set(re.findall(r"{\w+}", texts[-1])) == set(re.findall(r"{\w+}", bokmal[key][-1]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_labels_a_child(language: str) -> None:
    texts = [text for each in catalogue(language).values() for text in each]
    assert [text for text in texts if LABELS.search(text)] == []
    assert LABELS.search("The pupil is an isolate.")


def test_the_languages_differ() -> None:
    assert catalogue("nb") != catalogue("nn") != catalogue("en")


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(KeyError):
        describe(findings(class_of_24())[0], "sv", {})

"""What the bank asks, how it says it, and what it never asks (SPEC S1–S5)."""

import re
from collections.abc import Iterator

import pytest

from samspill_surveys.catalogue import (
    BANDS,
    LANGUAGES,
    THEMES,
    BandUnknown,
    LocalText,
    Question,
    QuestionNotInBank,
    Wording,
    further_questions,
    load_bank,
    question,
    ready_set,
)

BANK = load_bank().questions

LONGEST_QUESTION = {"1-4": (60, 13), "5-7": (70, 15), "8-10": (80, 16)}
"""Letters and words that a pupil of the band reads at once."""

LONGEST_HELP = 80
LONGEST_OPTION = 40

# Words that the house never says to people, and promises that it cannot keep (DESIGN 3, SPEC 11).
NEVER_SAID = (
    r"anonym|isoler|isolat|avvis|avvist|upopul|unpopular|rejected|risiko|risk|\bscore|\btest(en|s)?\b"
    r"|poeng|\bpoints?\b|\bmå svare på (alle|dette)|obligatorisk|mandatory"
)
# Topics that may not be asked about (SPEC S3): health, sexuality, faith, ethnicity, politics,
# crime; and what happens at home.
NEVER_ASKED = (
    r"\bsjuk|\bsyk|helse|health|\blege\b|doctor|medisin|vondt i|diagnos|deprim|kropp|\bbody|\bvekt|weight"
    r"|homo|lesbisk|\bgay\b|sex|kjæreste|kjærast|boyfriend|girlfriend|forelska|forelsket"
    r"|relig|\bgud\b|\bgod\?|kirke|kyrkje|moské|bibel|koran|kristen|muslim|jødisk|\btro\b|\btrur på"
    r"|hudfarge|etnisk|ethnic|rasis|racis|innvandr|immigra|morsmål|hvilket land|kva land"
    r"|politi|parti\b|stemme på|\bvote|kriminell|criminal|stjel|stjål|steal|\bdrug|alkohol|alcohol|røyk"
    r"|foreldrene dine|foreldra dine|your parents|mamma|pappa"
)
# "Who do you like least?" in any dress (SPEC S5).
LIKED_LEAST = (
    r"liker (du )?(ikke|minst|dårligst)|likar (du )?(ikkje|minst|dårlegast)"
    r"|(?<!at )\bleast\b|dislike|who (do you not|don't you) (like|want)"
    r"|(hvem|kven) (vil|har) du (ikke|ikkje)|minst mulig|minst mogleg"
)


def texts_of(wording: Wording) -> Iterator[LocalText]:
    yield wording.text
    if wording.help:
        yield wording.help
    yield from (option.text for option in wording.options)


def every_text() -> Iterator[tuple[str, str]]:
    """Each question's key with each text of it, in every band and language."""
    for entry in BANK:
        for band in BANDS:
            for text in texts_of(entry.wording(band)):
                for language in LANGUAGES:
                    yield entry.key, getattr(text, language)


def found(pattern: str) -> list[tuple[str, str]]:
    return [(key, text) for key, text in every_text() if re.search(pattern, text, re.IGNORECASE)]


def test_the_bank_holds_more_than_a_hundred_questions_over_every_theme() -> None:
    assert len(BANK) >= 100
    for theme in THEMES:
        assert sum(entry.theme == theme for entry in BANK) >= 5, theme


def test_keys_are_unique_and_fit_the_contract() -> None:
    keys = [entry.key for entry in BANK]
    assert len(set(keys)) == len(keys)
    assert all(re.fullmatch(r"[a-z][a-z_]{2,99}", key) for key in keys)


@pytest.mark.parametrize(("band", "count"), [("1-4", 12), ("5-7", 22), ("8-10", 28)])
def test_a_ready_set_has_its_size_and_version(band: str, count: int) -> None:
    ready = ready_set(band)
    assert ready.name == f"{band}@1"
    assert len(ready.questions) == count
    assert len({entry.key for entry in ready.questions}) == count


def test_a_set_keeps_its_order() -> None:
    """The order is a promise (SPEC S2): whoever changes it makes a new version of the set."""
    keys = [entry.key for entry in ready_set("5-7").questions]
    assert keys[:4] == ["class_thrive", "school_look_forward", "belong", "breaks_thrive"]
    assert keys[8:11] == ["breaks_with", "work_with", "know_better"]
    assert keys[-1] == "wish_for_class"


@pytest.mark.parametrize("band", BANDS)
def test_a_ready_set_is_preventive(band: str) -> None:
    """SPEC S5: it names peers only to ask for something good, in two or three questions."""
    questions = ready_set(band).questions
    naming = [entry for entry in questions if entry.names_peers]
    assert 2 <= len(naming) <= 3
    assert all(entry.valence == "positive" and entry.is_nomination for entry in naming)
    assert {"breaks_with", "work_with"} <= {entry.key for entry in naming}
    assert not any(entry.is_suspicion_only for entry in questions)


@pytest.mark.parametrize("band", BANDS)
def test_a_ready_set_covers_what_a_class_is_made_of(band: str) -> None:
    questions = ready_set(band).questions
    assert {entry.theme for entry in questions} >= {
        *("class_life", "pupil_in_class", "positions_and_relations", "groupings"),
        *("bullying_and_exclusion", "school", "teaching_and_learning", "adults", "unrest"),
        *("digital_life", "having_a_say"),
    }
    assert 1 <= sum(entry.kind == "free_text" for entry in questions) <= 2
    own_harm = [q for q in questions if q.theme == "bullying_and_exclusion"]
    assert len(own_harm) >= 2
    assert not any(entry.names_peers for entry in own_harm)


@pytest.mark.parametrize("entry", BANK, ids=lambda entry: entry.key)
def test_a_question_is_whole_in_every_band_and_language(entry: Question) -> None:
    assert set(entry.wordings) == set(BANDS)
    for band in BANDS:
        for text in texts_of(entry.wording(band)):
            assert all(getattr(text, language).strip() for language in LANGUAGES)


@pytest.mark.parametrize("band", BANDS)
def test_texts_are_short_enough_for_their_readers(band: str) -> None:
    letters, words = LONGEST_QUESTION[band]
    for entry in BANK:
        wording = entry.wording(band)
        for language in LANGUAGES:
            text = getattr(wording.text, language)
            assert len(text) <= letters, text
            assert len(text.split()) <= words, text
            assert wording.help is None or len(getattr(wording.help, language)) <= LONGEST_HELP
            for option in wording.options:
                assert len(getattr(option.text, language)) <= LONGEST_OPTION


def test_texts_are_sentences() -> None:
    for entry in BANK:
        for band in BANDS:
            for language in LANGUAGES:
                text = getattr(entry.wording(band).text, language)
                assert text[0].isupper(), text
                assert text[-1] in "?.", text
                assert "!" not in text
                assert "  " not in text


def test_the_youngest_are_asked_in_questions_with_few_choices() -> None:
    for entry in BANK:
        wording = entry.wording("1-4")
        if entry.kind.startswith("scale_"):
            assert wording.text.nb.endswith("?")
            assert len(wording.options) == 3
        if entry.kind == "free_text":
            assert wording.help, f"{entry.key}: a child who cannot write is told what to do"


def test_an_agreement_is_put_as_a_statement_to_the_older_ones() -> None:
    for entry in BANK:
        if entry.kind == "scale_agreement":
            for band in ("5-7", "8-10"):
                text = entry.wording(band).text
                assert all(getattr(text, language).endswith(".") for language in LANGUAGES), text


@pytest.mark.parametrize(
    ("pattern", "sample"),
    [
        (NEVER_SAID, "Svarene er anonyme."),
        (NEVER_ASKED, "Hvilken religion har du?"),
        (LIKED_LEAST, "Hvem liker du minst?"),
        (LIKED_LEAST, "Who do you like to be with least?"),
        (LIKED_LEAST, "Kven har du ikkje lyst til å vere saman med?"),
    ],
)
def test_no_text_says_or_asks_what_it_may_not(pattern: str, sample: str) -> None:
    assert re.search(pattern, sample, re.IGNORECASE)
    assert found(pattern) == []


def test_bokmaal_and_nynorsk_stay_apart() -> None:
    nynorsk = r"\b(ikkje|eg|kven|kva|kor|korleis|viss|nokon|noko|vere|saman|frå|kvarandre|sjølv)\b"
    bokmaal = r"\b(ikke|jeg|hvem|hva|hvor|hvordan|hvis|noen|noe|være|sammen|fra|hverandre|dere)\b"
    for entry in BANK:
        for band in BANDS:
            for text in texts_of(entry.wording(band)):
                assert not re.search(nynorsk, text.nb, re.IGNORECASE), text.nb
                assert not re.search(bokmaal, text.nn, re.IGNORECASE), text.nn


def test_whoever_is_named_for_something_bad_is_asked_for_on_suspicion_alone() -> None:
    suspicion = {entry.key for entry in BANK if entry.is_suspicion_only}
    assert {"often_alone", "seen_left_out", "seen_treating_badly", "what_happened"} <= suspicion
    assert not {"breaks_with", "left_out", "treated_badly", "seen_helping"} & suspicion
    assert all(entry.valence in ("positive", "negative") for entry in BANK if entry.is_nomination)


def test_every_scale_begins_at_its_good_end() -> None:
    good = {"good", "yes", "safe", "often", "always", "never", "true"}
    for entry in BANK:
        if entry.kind.startswith("scale_"):
            for band in BANDS:
                first = entry.wording(band).options[0].key
                assert first in good or first.startswith("very_"), entry.key
                assert (first == "never") == entry.is_negative, entry.key


def test_a_maximum_is_three_five_or_none() -> None:
    assert all(entry.max_nominees in (0, 3, 5) for entry in BANK)
    assert all(entry.is_nomination for entry in BANK if entry.max_nominees)


def test_nothing_in_a_question_can_make_it_mandatory() -> None:
    """SPEC S4: there is no such flag anywhere."""
    fields = set(Question.__dataclass_fields__)
    assert not any("mandatory" in name or "required" in name for name in fields)


@pytest.mark.parametrize("band", BANDS)
def test_further_questions_and_the_ready_set_are_the_whole_bank(band: str) -> None:
    ready = {entry.key for entry in ready_set(band).questions}
    further = {entry.key for entry in further_questions(band)}
    assert not ready & further
    assert ready | further == {entry.key for entry in BANK}


def test_a_question_is_found_by_key_and_version() -> None:
    newest = question("class_thrive")
    assert question("class_thrive", 1) == newest
    assert newest.wording("1-4").text.nn == "Korleis har du det i klassen?"


@pytest.mark.parametrize(("key", "version"), [("class_thrive", 99), ("nothing", None)])
def test_an_unknown_question_is_refused(key: str, version: int | None) -> None:
    with pytest.raises(QuestionNotInBank):
        question(key, version)


def test_an_unknown_band_is_refused() -> None:
    for ask in (ready_set, further_questions, question("class_thrive").wording):
        with pytest.raises(BandUnknown):
            ask("11-13")


def test_the_bank_is_read_once() -> None:
    assert load_bank() is load_bank()

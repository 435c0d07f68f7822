"""Reads the catalogue's files and refuses whatever is incomplete or breaks a rule of SPEC S1–S5."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.abc import Traversable
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from samspill_surveys.catalogue.entries import (
    BANDS,
    CHOICES,
    KINDS,
    LANGUAGES,
    MAXIMA,
    NOMINATION,
    SCALES,
    THEMES,
    VALENCES,
    Bank,
    CatalogueBroken,
    LocalText,
    Option,
    Question,
    QuestionNotInBank,
    QuestionSet,
    Wording,
)

Table = Mapping[str, Any]

FIELDS: Final = frozenset(
    {
        *("key", "version", "kind", "valence", "text", "help"),
        *("scale", "options", "max_nominees", "names_peers"),
    }
)


@dataclass(frozen=True, slots=True)
class Scale:
    """Steps from the best to the worst that several questions share, for some of the bands."""

    kind: str
    valence: str
    steps: Mapping[str, tuple[Option, ...]]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every version of every question, and the newest of all as a bank."""

    versions: Mapping[tuple[str, int], Question]
    newest: Bank

    def find(self, key: str, version: int | None = None) -> Question:
        """One question, the newest unless a version is named. Raises QuestionNotInBank."""
        wanted = _newest_version(self.versions, key) if version is None else version
        try:
            return self.versions[key, wanted]
        except KeyError:
            raise QuestionNotInBank(f"{key}@{wanted}") from None


def read_catalogue(folder: Traversable | None = None) -> Catalogue:
    """The catalogue of a folder, this package's own unless another is named.

    Raises CatalogueBroken.
    """
    folder = folder or files(__package__)
    scales = _scales(_table(folder / "scales.toml"))
    versions: dict[tuple[str, int], Question] = {}
    for theme in THEMES:
        for entry in _rows(_table(folder / "questions" / f"{theme}.toml"), "question"):
            question = _question(entry, theme, scales)
            _demand((question.key, question.version) not in versions, question.key, "stands twice")
            versions[question.key, question.version] = question
    bank = Bank(_newest(versions), _sets(_table(folder / "sets.toml"), versions))
    return Catalogue(MappingProxyType(versions), bank)


def _table(path: Traversable) -> Table:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CatalogueBroken(f"{path.name}: is missing") from error
    except tomllib.TOMLDecodeError as error:
        raise CatalogueBroken(f"{path.name}: {error}") from error


def _rows(table: Table, name: str) -> list[Table]:
    _demand(set(table) <= {name}, name, "is the only kind of entry of this file")
    rows: list[Table] = table.get(name, [])
    return rows


def _demand(holds: bool, where: str, rule: str) -> None:
    if not holds:
        raise CatalogueBroken(f"{where}: {rule}")


def _scales(table: Table) -> dict[str, Scale]:
    scales: dict[str, Scale] = {}
    for row in _rows(table, "scale"):
        key, kind, valence = row["key"], row["kind"], row["valence"]
        _demand(kind in SCALES, key, f"{kind} is not a kind of scale")
        _demand(valence in ("positive", "negative"), key, "a scale has a good and a bad end")
        known = scales.get(key)
        steps = dict.fromkeys(row["bands"], _options(key, row["steps"]))
        if known:
            _demand((known.kind, known.valence) == (kind, valence), key, "differs between bands")
            _demand(not known.steps.keys() & steps.keys(), key, "has a band twice")
            steps = {**known.steps, **steps}
        scales[key] = Scale(kind, valence, steps)
    return scales


def _question(row: Table, theme: str, scales: Mapping[str, Scale]) -> Question:
    key = row.get("key", f"an entry of {theme}")
    _demand({"key", "version", "kind", "valence", "text"} <= row.keys(), key, "is incomplete")
    _demand(row.keys() <= FIELDS, key, f"knows no {sorted(row.keys() - FIELDS)}")
    kind, valence = row["kind"], row["valence"]
    _demand(kind in KINDS, key, f"{kind} is not a kind of question")
    _demand(valence in VALENCES, key, f"{valence} is not a valence")
    _demand(isinstance(row["version"], int) and row["version"] > 0, key, "versions begin at 1")
    _demand_answers_fit(row, scales)
    return Question(
        key=key,
        version=row["version"],
        theme=theme,
        kind=kind,
        valence=valence,
        names_peers=kind == NOMINATION or row.get("names_peers", False),
        max_nominees=row.get("max_nominees", 0),
        wordings=MappingProxyType(dict(_wordings(row, scales))),
    )


def _demand_answers_fit(row: Table, scales: Mapping[str, Scale]) -> None:
    """The kind decides what a question must have, and what it may not have."""
    key, kind = row["key"], row["kind"]
    _demand((kind in SCALES) == ("scale" in row), key, "scales, and no others, name their steps")
    _demand((kind in CHOICES) == ("options" in row), key, "choices, and no others, have options")
    _demand((kind == NOMINATION) == ("max_nominees" in row), key, "nominations have a maximum")
    _demand(row.get("max_nominees", 0) in MAXIMA, key, "the maximum is 3, 5 or 0")
    if kind in SCALES:
        scale = scales.get(row["scale"])
        _demand(scale is not None, key, f"there is no scale {row['scale']}")
        fits = scale is not None and (scale.kind, scale.valence) == (kind, row["valence"])
        _demand(fits, key, "its scale is of another kind or valence")


def _wordings(row: Table, scales: Mapping[str, Scale]) -> Iterator[tuple[str, Wording]]:
    key, helps = row["key"], row.get("help", {})
    _demand(set(row["text"]) == set(BANDS), key, "has a text for every band and no other")
    _demand(set(helps) <= set(BANDS), key, "has help for an unknown band")
    own = _options(key, row["options"]) if "options" in row else ()
    for band in BANDS:
        options = own
        if row["kind"] in SCALES:
            _demand(band in scales[row["scale"]].steps, key, f"its scale lacks band {band}")
            options = scales[row["scale"]].steps[band]
        yield (
            band,
            Wording(
                text=_local(f"{key} {band}", row["text"][band]),
                help=_local(f"{key} {band}", helps[band]) if band in helps else None,
                options=options,
            ),
        )


def _options(key: str, rows: Iterable[Table]) -> tuple[Option, ...]:
    options = tuple(
        Option(row["key"], _local(f"{key} {row['key']}", {**row, "key": None})) for row in rows
    )
    _demand(len(options) > 1, key, "has at least two options")
    _demand(len({option.key for option in options}) == len(options), key, "repeats an option")
    return options


def _local(where: str, row: Table) -> LocalText:
    texts = {language: text for language, text in row.items() if text is not None}
    _demand(set(texts) == set(LANGUAGES), where, "has every language and no other")
    for language, text in texts.items():
        whole = isinstance(text, str) and bool(text) and text == text.strip()
        _demand(whole, where, f"{language} is empty or has blanks around it")
    return LocalText(**texts)


def _sets(table: Table, versions: Mapping[tuple[str, int], Question]) -> tuple[QuestionSet, ...]:
    newest: dict[str, QuestionSet] = {}
    for row in _rows(table, "set"):
        ready = _set(row, versions)
        known = newest.get(ready.band)
        _demand(known is None or known.version < ready.version, ready.name, "versions go up")
        newest[ready.band] = ready
    _demand(set(newest) == set(BANDS), "sets", "there is one for every band")
    return tuple(newest[band] for band in BANDS)


def _set(row: Table, versions: Mapping[tuple[str, int], Question]) -> QuestionSet:
    name = f"{row['band']}@{row['version']}"
    questions = []
    for reference in row["questions"]:
        key, _, version = reference.partition("@")
        found = versions.get((key, int(version or 0)))
        if found is None:
            raise CatalogueBroken(f"{name}: {reference} is not in the bank")
        _demand(not found.is_suspicion_only, name, f"{key} may not stand in a ready set")
        questions.append(found)
    _demand(len({found.key for found in questions}) == len(questions), name, "repeats a question")
    return QuestionSet(row["band"], row["version"], tuple(questions))


def _newest(versions: Mapping[tuple[str, int], Question]) -> tuple[Question, ...]:
    latest: dict[str, Question] = {}
    for question in versions.values():
        if question.key not in latest or latest[question.key].version < question.version:
            latest[question.key] = question
    return tuple(latest.values())


def _newest_version(versions: Mapping[tuple[str, int], Question], key: str) -> int:
    return max((version for known, version in versions if known == key), default=0)

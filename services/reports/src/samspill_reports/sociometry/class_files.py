"""A class read from CSV files: who is in it, and who chose whom."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from samspill_reports.sociometry.sociogram import Pair, Relation, Sociogram


class Unreadable(ValueError):
    """Input that cannot be used; `key` names the sentence that says why, `values` fill it."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@dataclass(frozen=True)
class ClassFiles:
    """What the files say about one question."""

    order: tuple[str, ...]
    """Ids in the order of NODES."""
    everyone: Relation
    """Every row is a choice, and everyone answered: the reading of reference.json."""
    relation: Relation
    """With the respondents given: what pages and findings use."""


def read_class(
    nodes: Path,
    edges: Path,
    *,
    relation: str | None = None,
    wave: str | None = None,
    respondents: Path | None = None,
    max_choices: int | None = None,
) -> ClassFiles:
    """Read NODES, EDGES and, if given, the list of those who answered. Raises Unreadable."""
    gender = _pupils(nodes)
    choices = list(_choices(edges, gender, {"relation": relation, "wave": wave}))
    if not choices:
        raise Unreadable("no_rows", file=edges)
    answered = list(gender) if respondents is None else _listed(respondents, gender)
    name = relation if relation is not None else "choices"

    def coded(who: list[str]) -> Relation:
        return Sociogram.of(
            gender, {name: choices}, respondents=who, max_choices=max_choices, gender=gender
        )[name]

    return ClassFiles(tuple(gender), coded(list(gender)), coded(answered))


def _pupils(path: Path) -> dict[str, str | None]:
    """Gender by id, in the order of the file."""
    gender: dict[str, str | None] = {}
    for line, row in _rows(path, ("id",)):
        pupil = _cell(path, line, row, "id")
        if pupil in gender:
            raise Unreadable("duplicate_id", file=path, line=line, id=pupil)
        gender[pupil] = (row.get("gender") or "").strip() or None
    if not gender:
        raise Unreadable("no_rows", file=path)
    return gender


def _choices(
    path: Path, roster: dict[str, str | None], wanted: dict[str, str | None]
) -> Iterator[Pair]:
    filters = {column: value for column, value in wanted.items() if value is not None}
    for line, row in _rows(path, ("source", "target", *filters)):
        if any((row[column] or "").strip() != value for column, value in filters.items()):
            continue
        pair = (_cell(path, line, row, "source"), _cell(path, line, row, "target"))
        for pupil in pair:
            if pupil not in roster:
                raise Unreadable("unknown_id", file=path, line=line, id=pupil)
        yield pair


def _listed(path: Path, roster: dict[str, str | None]) -> list[str]:
    found: list[str] = []
    for line, text in enumerate(_text(path).splitlines(), start=1):
        pupil = text.strip()
        if not pupil:
            continue
        if pupil not in roster:
            raise Unreadable("unknown_id", file=path, line=line, id=pupil)
        if pupil in found:
            raise Unreadable("duplicate_id", file=path, line=line, id=pupil)
        found.append(pupil)
    return found


def _rows(path: Path, needed: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str | None]]]:
    reader = csv.DictReader(StringIO(_text(path), newline=""), restkey="")
    try:
        columns = [(name or "").strip() for name in reader.fieldnames or ()]
        reader.fieldnames = columns
        for column in needed:
            if column not in columns:
                raise Unreadable("no_column", file=path, column=column)
        for row in reader:
            yield reader.line_num, row
    except csv.Error:
        raise Unreadable("not_csv", file=path, line=reader.line_num) from None


def _cell(path: Path, line: int, row: dict[str, str | None], column: str) -> str:
    value = (row[column] or "").strip()
    if not value:
        raise Unreadable("empty_cell", file=path, line=line, column=column)
    return value


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("not_utf8", file=path) from None
    except OSError:
        raise Unreadable("no_file", file=path) from None

"""Real classes with reference values, read from beside the checkout."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from samspill_reports.sociometry import Relation, Sociogram

SETS = (
    "ibe121_polish_class",
    "knecht_2008_klas12b",
    "moreno_1934_grades",
    "vickers_chan_1981",
    "hungarian_recens_2010",
)
_SCALES = {
    "friend(=2)": lambda weight: weight == 2,
    "dislike(<0)": lambda weight: weight < 0,
    "like(>=1)": lambda weight: weight >= 1,
}
Row = dict[str, str]


@dataclass(frozen=True)
class Network:
    """One relation of one class in one wave, and what others computed for it."""

    of_set: str
    key: str
    relation: Relation
    expected: dict[str, Any]


def folder() -> Path | None:
    """SAMSPILL_DATA, or shared/data beside the checkout; None where there is neither."""
    beside = Path(__file__).resolve().parents[4].parent / "shared" / "data"
    chosen = Path(os.environ["SAMSPILL_DATA"]) if "SAMSPILL_DATA" in os.environ else beside
    return chosen if (chosen / SETS[0] / "reference.json").is_file() else None


@cache
def rows(of_set: str, name: str) -> list[Row]:
    """A CSV file of a set; no rows where the set has none."""
    path = _root() / of_set / f"{name}.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


@cache
def reference(of_set: str) -> dict[str, Any]:
    """The reference values of a set."""
    values: dict[str, Any] = json.loads((_root() / of_set / "reference.json").read_text("utf-8"))
    return values


def networks(*sets: str) -> Iterator[Network]:
    """Every network of the given sets (all by default), in the order of reference.json."""
    for of_set in sets or SETS:
        for key in reference(of_set)["networks"]:
            yield network(of_set, key)


def network(of_set: str, key: str) -> Network:
    """One network by its key, such as `play|wave1` or `friend(=2)|wave1|1100`."""
    expected = reference(of_set)["networks"][key]
    return Network(of_set, key, _relation(of_set, key, expected), expected)


def _root() -> Path:
    found = folder()
    assert found is not None, "the reference data are not here"
    return found


def _relation(of_set: str, key: str, expected: dict[str, Any]) -> Relation:
    name, wave, *rest = key.split("|")
    number = wave.removeprefix("wave")
    class_ = rest[0] if rest and "class" in rows(of_set, "edges")[0] else None
    roster = expected["indegree_ids"]
    gender = {row["id"]: row["gender"] for row in rows(of_set, "nodes")}
    return Sociogram.of(
        roster,
        {key: list(_choices(of_set, name, number, class_, frozenset(roster)))},
        respondents=_respondents(of_set, number, class_, roster),
        gender=gender,
    )[key]


def _choices(
    of_set: str, name: str, wave: str, class_: str | None, roster: frozenset[str]
) -> Iterator[tuple[str, str]]:
    scale = _SCALES.get(name)
    for row in _of_wave(of_set, "edges").get((wave, class_), []):
        kept = scale(int(row["weight"])) if scale else row["relation"] == name
        if kept and row["source"] in roster:
            yield row["source"], row["target"]


@cache
def _of_wave(of_set: str, name: str) -> dict[tuple[str, str | None], list[Row]]:
    """Rows by wave and class. Only the Hungarian set names the class in every row; elsewhere the
    roster says it."""
    found: dict[tuple[str, str | None], list[Row]] = {}
    for row in rows(of_set, name):
        found.setdefault((row["wave"], row.get("class")), []).append(row)
    return found


def _respondents(of_set: str, wave: str, class_: str | None, roster: list[str]) -> list[str]:
    listed = _of_wave(of_set, "participation").get((wave, class_), [])
    silent = {row["id"] for row in listed if row["responded"] != "1"}
    return [pupil for pupil in roster if pupil not in silent]

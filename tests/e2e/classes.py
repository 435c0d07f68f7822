"""The classes that the main job is tested with: a real one where its data are, a synthetic one elsewhere."""

from __future__ import annotations

import csv
import io
import json
import os
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
DATA: Final = Path(os.environ.get("SAMSPILL_DATA", ROOT.parent / "shared" / "data"))
VICKERS: Final = DATA / "vickers_chan_1981"

NAMES: Final = [
    "Adam Amundsen",
    "Birk Berg",
    "Daniel Dahl",
    "Edvard Eide",
    "Elias Enger",
    "Filip Foss",
    "Henrik Haug",
    "Isak Iversen",
    "Jakob Jensen",
    "Kasper Krogh",
    "Ludvik Lie",
    "Markus Moe",
    "Amira Aziz",
    "Dina Dale",
    "Emine Erdem",
    "Frida Fjeld",
    "Hedda Hansen",
    "Ida Ibsen",
    "Ingrid Isaksen",
    "Leah Lunde",
    "Maja Mo",
    "Mathea Myhre",
    "Nora Nilsen",
    "Oda Olsen",
    "Sara Solli",
    "Selma Strand",
    "Signe Sund",
    "Tuva Tveit",
    "Vilde Vik",
]
"""Invented names: the published class has numbers."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the report must say about one relation, to three decimals."""

    density: float
    reciprocity: float
    mutual: int
    indegree: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SchoolClass:
    """A class: names with gender, and for each relation who named whom, by name."""

    pupils: Mapping[str, str]
    choices: Mapping[str, Mapping[str, Sequence[str]]]
    expected: Mapping[str, Expected]

    def roster_csv(self, group: str) -> bytes:
        text = io.StringIO()
        rows = csv.writer(text, delimiter=";", lineterminator="\n")
        rows.writerow(("Navn", "Kjønn", "Klasse"))
        rows.writerows((name, gender, group) for name, gender in self.pupils.items())
        return text.getvalue().encode()


def vickers_chan() -> SchoolClass:
    """29 seventh graders of 1981 with three questions, under invented names."""
    with (VICKERS / "nodes.csv").open(encoding="utf-8") as file:
        nodes = list(csv.DictReader(file))
    name_of = {row["id"]: name for row, name in zip(nodes, NAMES, strict=True)}
    words = {"M": "gutt", "F": "jente"}
    pupils = {name_of[row["id"]]: words[row["gender"]] for row in nodes}
    choices: dict[str, dict[str, list[str]]] = {}
    with (VICKERS / "edges.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            made = choices.setdefault(row["relation"], {name: [] for name in pupils})
            made[name_of[row["source"]]].append(name_of[row["target"]])
    reference = json.loads((VICKERS / "reference.json").read_text(encoding="utf-8"))["networks"]
    expected = {
        relation: _expected(reference[f"{relation}|wave1"], name_of) for relation in choices
    }
    return SchoolClass(pupils, choices, expected)


def synthetic() -> SchoolClass:
    """The same size and shape, drawn from a seed; its numbers are counted here, by definition."""
    chance = random.Random("a class that does not exist")
    pupils = {name: "gutt" if at < 12 else "jente" for at, name in enumerate(NAMES)}
    choices = {
        relation: {
            name: chance.sample([n for n in NAMES if n != name], k=chance.randint(0, 8))
            for name in NAMES
        }
        for relation in ("best_friends", "get_on_with", "work_with")
    }
    expected = {relation: _counted(made) for relation, made in choices.items()}
    return SchoolClass(pupils, choices, expected)


def _expected(network: Mapping[str, Any], name_of: Mapping[str, str]) -> Expected:
    ids = network["indegree_ids"]
    indegree = {name_of[key]: count for key, count in zip(ids, network["indegree"], strict=True)}
    return Expected(
        network["density"], network["reciprocity_edgewise"], network["mutual"], indegree
    )


def _counted(made: Mapping[str, Sequence[str]]) -> Expected:
    ties = {(chooser, chosen) for chooser, names in made.items() for chosen in names}
    mutual = sum((b, a) in ties for a, b in ties) // 2
    return Expected(
        density=len(ties) / (len(made) * (len(made) - 1)),
        reciprocity=2 * mutual / len(ties),
        mutual=mutual,
        indegree={name: sum(b == name for _, b in ties) for name in made},
    )

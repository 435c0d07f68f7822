"""Reads municipality.toml: schools, staff and classes of the synthetic municipality."""

from __future__ import annotations

import csv
import io
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from deploy.local.keycloak_steward import Person

SOURCE: Final = Path(__file__).with_name("municipality.toml")

GROUP_OF_ROLE: Final = {"leader": "ledere", "teacher": "larere"}


@dataclass(frozen=True, slots=True)
class SchoolClass:
    """A class of the roster."""

    name: str
    girls: tuple[str, ...]
    boys: tuple[str, ...]

    @property
    def pupils(self) -> tuple[str, ...]:
        return self.girls + self.boys


@dataclass(frozen=True, slots=True)
class School:
    """A school with its staff as Keycloak knows them."""

    organisation_number: str
    name: str
    leaders: tuple[Person, ...]
    teachers: tuple[Person, ...]
    classes: tuple[SchoolClass, ...]

    def roster_csv(self) -> bytes:
        """The class list as a school would export it: semicolons, UTF-8, Norwegian headings."""
        text = io.StringIO()
        rows = csv.writer(text, delimiter=";", lineterminator="\n")
        rows.writerow(("Navn", "Kjønn", "Klasse"))
        for group in self.classes:
            rows.writerows((name, "jente", group.name) for name in group.girls)
            rows.writerows((name, "gutt", group.name) for name in group.boys)
        return text.getvalue().encode()


@dataclass(frozen=True, slots=True)
class Municipality:
    """The whole demonstration."""

    organisation_number: str
    name: str
    administrators: tuple[Person, ...]
    schools: tuple[School, ...]
    sentences: tuple[str, ...]
    """What pupils may write where own words are asked for."""

    @classmethod
    def read(cls, source: Path = SOURCE) -> Self:
        """Parse the file; a mistake in it is a `KeyError` or `tomllib.TOMLDecodeError`."""
        content = tomllib.loads(source.read_text())
        owner = content["municipality"]
        number = owner["organisation_number"]
        group = f"/kommuner/{number}/administratorer"
        return cls(
            organisation_number=number,
            name=owner["name"],
            administrators=tuple(_person(entry, group) for entry in owner["staff"]),
            schools=tuple(_school(entry) for entry in content["school"]),
            sentences=tuple(content["sentences"]["nb"]),
        )

    @property
    def staff(self) -> tuple[Person, ...]:
        """Everybody who can sign in."""
        of_schools = (school.leaders + school.teachers for school in self.schools)
        return self.administrators + tuple(person for group in of_schools for person in group)

    def schools_toml(self) -> str:
        """Names behind the organisation numbers, as identity reads them at its start."""
        lines = [
            "[[municipality]]",
            f'orgnr = "{self.organisation_number}"',
            f'name = "{self.name}"',
        ]
        for school in self.schools:
            lines += [
                "",
                "[[municipality.school]]",
                f'orgnr = "{school.organisation_number}"',
                f'name = "{school.name}"',
            ]
        return "\n".join(lines) + "\n"


def _school(entry: dict[str, Any]) -> School:
    number = entry["organisation_number"]
    staff: dict[str, list[Person]] = {"leader": [], "teacher": []}
    for person in entry["staff"]:
        role = person["role"]
        staff[role].append(_person(person, f"/skoler/{number}/{GROUP_OF_ROLE[role]}"))
    return School(
        organisation_number=number,
        name=entry["name"],
        leaders=tuple(staff["leader"]),
        teachers=tuple(staff["teacher"]),
        classes=tuple(
            SchoolClass(group["name"], tuple(group["girls"]), tuple(group["boys"]))
            for group in entry["group"]
        ),
    )


def _person(entry: dict[str, Any], group: str) -> Person:
    return Person(entry["username"], entry["first_name"], entry["last_name"], groups=(group,))

"""Reads which municipality and schools are open from a TOML file."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from samspill_identity.domain.schools import (
    Municipality,
    School,
    municipality_id_of,
    school_id_of,
)


class SchoolsFileWrong(Exception):
    """The file lacks something; the message says what, for the operator."""


def read_schools_file(path: Path) -> Iterator[tuple[Municipality, list[School]]]:
    """Each `[[municipality]]` with its `[[municipality.school]]`, by orgnr and name.

    Raises SchoolsFileWrong.
    """
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
        municipalities = written["municipality"]
        for one in municipalities if isinstance(municipalities, list) else [municipalities]:
            municipality = Municipality(
                municipality_id_of(_orgnr(one)), _orgnr(one), str(one["name"])
            )
            schools = [
                School(school_id_of(_orgnr(each)), municipality.id, _orgnr(each), str(each["name"]))
                for each in one.get("school", written.get("school", []))
            ]
            yield municipality, schools
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise SchoolsFileWrong(f"{path.name} lacks or misspells {error}") from error


def _orgnr(written: dict[str, object]) -> str:
    orgnr = str(written["orgnr"])
    if len(orgnr) != 9 or not orgnr.isdecimal():
        raise SchoolsFileWrong("an organisation number has nine digits")
    return orgnr

"""A code is a contract: docs/errors.md lists exactly the classes that carry one."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

from samspill_kit import errors

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "samspill_kit",
    "samspill_gateway",
    "samspill_identity",
    "samspill_surveys",
    "samspill_responses",
    "samspill_reports",
    "samspill_retention",
)
LISTED = re.compile(r"^\| `([a-z0-9_]+)` \| (\w+) \|", re.MULTILINE)
KINDS = [
    "Invalid",
    "Unauthenticated",
    "Forbidden",
    "NotFound",
    "AlreadyExists",
    "Stale",
    "Refused",
    "TooMany",
    "Unavailable",
]


def every_class(base: type[errors.DomainError]) -> set[type[errors.DomainError]]:
    return {base}.union(*(every_class(child) for child in base.__subclasses__()))


def codes_in_code() -> dict[str, str]:
    """Return each code with its kind, after importing every module of ours."""
    for package in PACKAGES:
        module = importlib.import_module(package)
        for found in pkgutil.walk_packages(module.__path__, f"{package}."):
            if "migrations" not in found.name and not found.name.endswith("__main__"):
                importlib.import_module(found.name)
    codes: dict[str, str] = {}
    for each in every_class(errors.DomainError):
        code = each.__dict__.get("code")
        if code and each.__module__.startswith("samspill") and each.__name__ not in KINDS:
            kind = next(base.__name__ for base in each.__mro__ if base.__name__ in KINDS)
            assert codes.setdefault(code, kind) == kind, f"{code} has two kinds"
    return codes


def codes_in_list() -> dict[str, str]:
    return dict(LISTED.findall((ROOT / "docs/errors.md").read_text(encoding="utf-8")))


def difference(code: dict[str, str], listed: dict[str, str]) -> set[tuple[str, str]]:
    return set(code.items()) ^ set(listed.items())


def test_the_list_of_errors_is_the_code() -> None:
    assert difference(codes_in_code(), codes_in_list()) == set()


def test_a_code_missing_from_the_list_is_found() -> None:
    codes = codes_in_code()
    forgotten = dict(list(codes.items())[1:])
    assert difference(codes, forgotten)

"""The pages' material keeps its promises: vendored files as listed, nothing foreign, nothing inline (SPEC P4)."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "src/samspill_gateway"
STATIC = PACKAGE / "static"
VENDOR = STATIC / "vendor"
TEMPLATES = sorted((PACKAGE / "templates").rglob("*.html"))
OWN = [STATIC / "samspill.css", *sorted((STATIC / "js").glob("*.js"))]

INLINE = re.compile(r"""\sstyle=|<style|<script(?![^>]*\ssrc=)|\son[a-z]+=["']""")
FOREIGN = re.compile(
    r"""(?:src|href|action|url)\s*[=(]\s*["']?(?:https?:)?//|@import|fetch\(["']http"""
)
WORDS = re.compile(r"[æøåÆØÅ]")


def listed() -> dict[str, str]:
    lines = (VENDOR / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {name.strip(): digest for digest, name in (line.split(maxsplit=1) for line in lines)}


def test_every_vendored_file_is_the_one_that_was_listed() -> None:
    present = {
        f"./{path.relative_to(VENDOR)}": hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "SHA256SUMS"
    }
    assert present == listed()


def test_every_vendored_part_carries_its_licence() -> None:
    assert all((part / "LICENSE").is_file() for part in VENDOR.iterdir() if part.is_dir())


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_inline_style_or_script_and_no_foreign_address(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert INLINE.findall(source) == []
    assert FOREIGN.findall(source) == []


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_own_styles_and_scripts_reach_for_nothing_foreign(path: Path) -> None:
    assert FOREIGN.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", sorted((STATIC / "js").glob("*.js")), ids=lambda path: path.name)
def test_a_script_holds_no_words_and_stores_nothing(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert WORDS.findall(source) == []
    assert not re.search(r"localStorage|sessionStorage|indexedDB|document\.cookie|caches\.", source)


@pytest.mark.parametrize(
    "source",
    ['<p style="x">', "<script>x()</script>", '<a onclick="x()">', "<style>p{}</style>"],
)
def test_the_check_refuses_inline_code(source: str) -> None:
    assert INLINE.search(source)


def test_the_check_refuses_a_foreign_address() -> None:
    assert FOREIGN.search('<script src="https://example.org/x.js">')
    assert FOREIGN.search("src: url(//example.org/x.woff2)")


def test_own_styles_stay_small() -> None:
    assert (STATIC / "samspill.css").read_text(encoding="utf-8").count("\n") < 400


def test_every_icon_that_a_template_names_exists() -> None:
    named = re.compile(r"""(?<![a-z_])(?:icon|round_button)\("([a-z-]+)"|icon="([a-z-]+)\"""")
    wanted = {
        first or second
        for path in TEMPLATES
        for first, second in named.findall(path.read_text(encoding="utf-8"))
    }
    icons = {path.stem for path in (PACKAGE / "templates/components/icons").glob("*.svg")}
    assert wanted - icons == set()
    assert {"listen", "checkmark"} <= icons

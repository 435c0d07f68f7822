"""Every message that the gateway's templates and pages say, as they stand in the source."""

from __future__ import annotations

import ast
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from jinja2.ext import babel_extract

PACKAGE = Path(__file__).parents[2] / "src" / "samspill_gateway"


def template_messages() -> set[str | tuple[str, str]]:
    """Return messages of templates; a plural is a pair."""
    found: set[str | tuple[str, str]] = set()
    for path in sorted((PACKAGE / "templates").rglob("*.html")):
        with path.open("rb") as file:
            options = {"newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true"}
            for _, name, message, _ in babel_extract(
                file, ("_", "gettext", "ngettext"), [], options
            ):
                one, many = (message, None) if not isinstance(message, tuple) else message[:2]
                if one is not None:
                    found.add((one, many) if name == "ngettext" and many is not None else one)
    return found


def page_messages() -> set[str]:
    """Return the literal messages that pages say by `words(…)`."""
    found: set[str] = set()
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and _is_words(node.func):
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.add(first.value)
    return found


def _is_words(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name == "words"


def environment() -> Environment:
    return Environment(loader=FileSystemLoader(PACKAGE / "templates"), autoescape=True)

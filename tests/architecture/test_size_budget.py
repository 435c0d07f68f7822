"""Small on purpose: functions and files stay within the house's budget."""

from __future__ import annotations

import ast
import io
import statistics
import subprocess
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_FUNCTION = 40
LONGEST_FILE = 500
LONGEST_TEST_FILE = 800


def sources() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    return [ROOT / name for name in listed if (ROOT / name).exists()]


def is_test(path: Path) -> bool:
    return "tests" in path.relative_to(ROOT).parts if path.is_relative_to(ROOT) else False


def code_lines(source: str) -> set[int]:
    """Return the numbers of lines that hold code: neither blank, comment nor docstring."""
    skipped = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in skipped and token.type != tokenize.ENDMARKER:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module):
            body = node.body
            if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
                lines -= set(range(body[0].lineno, (body[0].end_lineno or 0) + 1))
    return lines


def functions(source: str) -> Iterator[tuple[str, int]]:
    """Yield each function's name and its number of code lines, signature and nested ones apart."""
    lines = code_lines(source)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inside = range(node.body[0].lineno, (node.end_lineno or 0) + 1)
            yield node.name, sum(1 for number in inside if number in lines)


def over_budget(path: Path, source: str, *, longest: int) -> list[str]:
    found = [
        f"{path}: {name} has {size} code lines"
        for name, size in functions(source)
        if size > LONGEST_FUNCTION
    ]
    if source.count("\n") > longest:
        found.append(f"{path}: {source.count(chr(10))} lines")
    return found


def test_functions_and_files_stay_within_the_budget() -> None:
    found: list[str] = []
    for path in sources():
        source = path.read_text(encoding="utf-8")
        longest = LONGEST_TEST_FILE if is_test(path) else LONGEST_FILE
        found += over_budget(path.relative_to(ROOT), source, longest=longest)
    assert found == []


def test_the_median_function_is_short() -> None:
    sizes = [
        size
        for path in sources()
        if not is_test(path)
        for _, size in functions(path.read_text(encoding="utf-8"))
    ]
    assert statistics.median(sizes) < 10


@pytest.mark.parametrize(
    "source",
    ["def long():\n" + "    call()\n" * 41, "# line\n" * 501],
    ids=["a function of 41 lines", "a file of 501 lines"],
)
def test_the_budget_refuses_what_is_too_long(source: str) -> None:
    assert over_budget(Path("sample.py"), source, longest=LONGEST_FILE)

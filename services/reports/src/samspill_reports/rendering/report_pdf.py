"""The report as a tagged PDF, set by Typst from data (SPEC G7)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Final

import typst

HERE: Final = Path(__file__).parent

# Typst's compiler belongs to one thread at a time: the second of two who print at once was refused.
_ONE_AT_A_TIME: Final = Lock()


def report_pdf(content: Mapping[str, object]) -> bytes:
    """Return a PDF/UA-1 document; the same content gives the same bytes."""
    data = json.dumps(content, ensure_ascii=False)
    with _ONE_AT_A_TIME:
        compiled = _compiler().compile(
            format="pdf", pdf_standards=["ua-1"], timestamp=0, sys_inputs={"data": data}
        )
    assert isinstance(compiled, bytes)
    return compiled


@cache
def _compiler() -> typst.Compiler:
    """Keep one compiler: fonts are read once. Only the project's own fonts are used."""
    return typst.Compiler(
        input=HERE / "report.typ",
        root=HERE,
        font_paths=[HERE / "fonts"],
        ignore_system_fonts=True,
    )

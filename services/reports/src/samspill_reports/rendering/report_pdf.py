"""The report as a tagged PDF, set by Typst from data (SPEC G7)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import typst

HERE: Final = Path(__file__).parent


def report_pdf(content: Mapping[str, object]) -> bytes:
    """Return a PDF/UA-1 document; the same content gives the same bytes."""
    compiled = _compiler().compile(
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=0,
        sys_inputs={"data": json.dumps(content, ensure_ascii=False)},
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

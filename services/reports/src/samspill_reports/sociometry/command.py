"""The command line: statistics of one class from CSV files, without a running system."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from samspill_reports.sociometry import seeded
from samspill_reports.sociometry.analysis import Analysis, analyse
from samspill_reports.sociometry.class_files import Unreadable, read_class
from samspill_reports.sociometry.record import as_record
from samspill_reports.sociometry.summary import LANGUAGE, as_text
from samspill_reports.sociometry.wording import label

BAD_INPUT = 2


class _OneLine(argparse.ArgumentParser):
    """Says what is wrong in one line, without the usage that argparse puts before it."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0, or 2 with one line on standard error for bad input."""
    given = _parser().parse_args(arguments)
    try:
        files = read_class(
            given.nodes,
            given.edges,
            relation=given.relation,
            wave=given.wave,
            respondents=given.respondents,
            max_choices=given.max_choices,
        )
    except Unreadable as error:
        print(label(f"unreadable.{error.key}", LANGUAGE, **error.values), file=sys.stderr)
        return BAD_INPUT
    analysis = analyse(files, seed=given.seed)
    print(_as_json(analysis) if given.json else as_text(analysis))
    return 0


def _as_json(analysis: Analysis) -> str:
    return json.dumps(as_record(analysis), ensure_ascii=False, allow_nan=False)


def _parser() -> argparse.ArgumentParser:
    parser = _OneLine(
        prog="python -m samspill_reports.sociometry",
        description=label("command.about", LANGUAGE),
        allow_abbrev=False,
    )
    parser.add_argument("nodes", metavar="NODES.csv", type=Path)
    parser.add_argument("edges", metavar="EDGES.csv", type=Path)
    parser.add_argument("--relation", metavar="R", help=label("command.relation", LANGUAGE))
    parser.add_argument("--wave", metavar="W", help=label("command.wave", LANGUAGE))
    parser.add_argument(
        "--respondents", metavar="FILE", type=Path, help=label("command.respondents", LANGUAGE)
    )
    parser.add_argument(
        "--max-choices", metavar="K", type=_whole, help=label("command.max_choices", LANGUAGE)
    )
    parser.add_argument(
        "--seed",
        metavar="N",
        type=_whole,
        default=seeded.DEFAULT_SEED,
        help=label("command.seed", LANGUAGE, seed=seeded.DEFAULT_SEED),
    )
    parser.add_argument("--json", action="store_true", help=label("command.json", LANGUAGE))
    return parser


def _whole(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number


_whole.__name__ = "whole number"

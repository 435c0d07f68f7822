"""The command line: what it prints, and how it refuses what it cannot read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from samspill_reports.sociometry.command import main

NODES = "id,gender\nc,F\na,M\nb,F\nd,\n"
EDGES = (
    "source,target,relation,wave,weight\n"
    "a,b,play,1,1\nb,a,play,1,2\nc,a,play,1,1\na,a,play,1,1\na,b,play,1,1\n"
    "d,a,work,1,1\na,c,play,2,1\nx,a,other,1,1\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "nodes.csv").write_text(NODES, "utf-8")
    (tmp_path / "edges.csv").write_text(EDGES, "utf-8")
    return tmp_path


def run(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str, str]:
    """Exit status, standard output, standard error."""
    try:
        status = main([str(folder / "nodes.csv"), str(folder / "edges.csv"), *options])
    except SystemExit as ended:
        status = int(ended.code or 0)
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def test_kept_rows_are_choices_and_lists_follow_nodes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = run(folder, capsys, "--relation", "play", "--wave", "1", "--json")
    printed = json.loads(out)
    assert (status, err) == (0, "")
    assert printed["indegree_ids"] == ["c", "a", "b", "d"]
    assert printed["indegree"] == [0, 2, 1, 0]
    assert printed["outdegree"] == [1, 1, 1, 0]
    assert (printed["n"], printed["m"], printed["mutual"]) == (4, 3, 1)
    assert printed["left_out"]["self_choices"] == 1
    assert printed["left_out"]["repeats"] == 1
    assert printed["modularity"].keys() == {"undirected_weight_mutual2", "directed"}
    assert printed["modularity_certificate"]["directed"]["proven"]
    assert [each["id"] for each in printed["pupils"]] == ["c", "a", "b", "d"]


def test_respondents_change_our_keys_and_not_those_of_the_reference(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "answered.txt").write_text("a\nb\n", "utf-8")
    options = ("--relation", "play", "--wave", "1", "--json")
    whole = json.loads(run(folder, capsys, *options)[1])
    part = json.loads(
        run(folder, capsys, *options, "--respondents", str(folder / "answered.txt"))[1]
    )
    for key in ("n", "m", "density", "mutual", "indegree", "coleman_homophily", "modularity"):
        assert part[key] == whole[key]
    assert part["n_respondents"] == 2
    assert part["density_over_respondent_rows"] == pytest.approx(2 / 6)
    assert part["respondents_only"]["n"] == 2
    assert part["left_out"]["without_answer"] == 1
    answered = {each["id"]: each["answered"] for each in part["pupils"]}
    assert answered == {"a": True, "b": True, "c": False, "d": False}


def test_the_same_input_in_another_order_prints_the_same(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--relation", "play", "--wave", "1", "--json")
    first = run(folder, capsys, *options)[1]
    head, *rest = EDGES.splitlines()
    (folder / "edges.csv").write_text("\n".join([head, *reversed(rest)]), "utf-8")
    assert run(folder, capsys, *options)[1] == first


def test_a_person_reads_a_summary_with_a_line_per_pupil(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = run(folder, capsys, "--relation", "play", "--wave", "1")
    assert status == 0
    assert "4 of 4 answered." in out
    assert [line.split()[0] for line in out.splitlines()[-4:]] == ["c", "a", "b", "d"]


BAD: dict[str, tuple[dict[str, str | bytes | None], tuple[str, ...], str]] = {
    "no such file": ({"edges.csv": None}, (), "cannot be read"),
    "no column": ({"edges.csv": "source,to\na,b\n"}, (), "no column “target”"),
    "no id column": ({"nodes.csv": "name\na\n"}, (), "no column “id”"),
    "no relation column": (
        {"edges.csv": "source,target\na,b\n"}, ("--relation", "play"), "no column “relation”",
    ),
    "unknown id": ({}, ("--relation", "other"), "“x” is not in the class"),
    "duplicate id": ({"nodes.csv": "id\na\na\n"}, (), "“a” is there more than once"),
    "no rows left": ({}, ("--relation", "sing"), "no rows left"),
    "no pupils": ({"nodes.csv": "id\n"}, (), "no rows left"),
    "empty file": ({"nodes.csv": ""}, (), "no column “id”"),
    "not UTF-8": ({"nodes.csv": "id\nå\n".encode("cp1252")}, (), "not UTF-8"),
    "empty cell": ({"edges.csv": "source,target\na,\n"}, (), "“target” is empty"),
    "no respondents": ({}, ("--relation", "play", "--respondents", "none"), "cannot be read"),
    "unknown option": ({}, ("--colour",), "--colour"),
    "no whole number": ({}, ("--seed", "x"), "--seed"),
    "below zero": ({}, ("--max-choices", "-1"), "--max-choices"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_ends_with_status_2_and_one_clear_line(
    case: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files, options, told = BAD[case]
    for name, content in files.items():
        path = folder / name
        if content is None:
            path.unlink()
        elif isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content, "utf-8")
    status, out, err = run(folder, capsys, *options)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert told in err


def test_a_byte_order_mark_and_crlf_are_read(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "nodes.csv").write_bytes(b"\xef\xbb\xbfid\r\na\r\nb\r\n")
    (folder / "edges.csv").write_bytes(b"source,target\r\na,b\r\n")
    status, out, _ = run(folder, capsys, "--json")
    assert status == 0
    assert json.loads(out)["indegree"] == [0, 1]
    assert "ei_index" not in json.loads(out)

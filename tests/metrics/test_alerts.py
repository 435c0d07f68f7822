"""Every alert fires when it should and is silent when it should be, by promtool; each has its runbook."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from deploy.local.install import ROOT

from .alerts import FILES, RUNBOOKS, histories, promtool_tests, rules, written
from .expressions import unknown
from .prometheus import promtool

RULES = rules()


def test_each_file_holds_the_rule_that_it_is_named_after() -> None:
    files = {path.stem: yaml.safe_load(path.read_text()) for path in FILES.glob("*.yaml")}
    assert {name: rule["alert"] for name, rule in files.items()} == {name: name for name in files}
    assert set(files) == set(RULES)
    assert all(re.fullmatch(r"Samspill([A-Z][a-z]+){2,}", name) for name in files)


def test_promtool_accepts_the_rules(tmp_path: Path) -> None:
    checked = promtool("check", "rules", written(tmp_path))
    assert checked.returncode == 0, checked.stderr
    assert f"{len(RULES)} rules found" in checked.stdout


@pytest.mark.parametrize("alert", RULES)
def test_an_alert_asks_only_for_what_services_tell(alert: str) -> None:
    assert list(unknown(RULES[alert]["expr"])) == []


@pytest.mark.parametrize(
    "expression",
    [
        "samspill_clock_trustet == 0",
        'samspill_responses_saves_total{outcome="lost"} > 0',
        'samspill_responses_saves_total{pupil="1"} > 0',
        'increase({__name__=~"samspill_nothing_.+"}[1h])',
    ],
)
def test_an_expression_with_a_slip_is_found(expression: str) -> None:
    assert len(list(unknown(expression))) == 1


@pytest.mark.parametrize("alert", RULES)
def test_an_alert_fires_and_is_silent(alert: str, tmp_path: Path) -> None:
    tried = tried_with_promtool(tmp_path, list(promtool_tests(alert, RULES[alert])))
    assert tried == ""


def test_a_history_that_is_told_wrongly_is_found(tmp_path: Path) -> None:
    """The control: what fires is said to be silent, and the other way round."""
    alert = "SamspillClockDistrusted"
    cases = list(promtool_tests(alert, RULES[alert]))
    fires, silent = (case["alert_rule_test"][0] for case in cases)
    fires["exp_alerts"], silent["exp_alerts"] = silent["exp_alerts"], fires["exp_alerts"]
    assert tried_with_promtool(tmp_path, cases).count(alert) >= 2


def tried_with_promtool(folder: Path, cases: list[object]) -> str:
    """What promtool has to complain about."""
    rule_file = str(written(folder, annotated=False))
    tests = folder / "tests.yml"
    tests.write_text(yaml.safe_dump({"rule_files": [rule_file], "tests": cases}))
    tried = promtool("test", "rules", tests)
    return "" if tried.returncode == 0 else tried.stdout + tried.stderr


def test_every_alert_has_both_histories() -> None:
    assert set(histories()) == set(RULES)
    for alert, ways in histories().items():
        assert ways["fires"], alert
        assert ways["silent"], alert


@pytest.mark.parametrize("alert", RULES)
def test_an_alert_says_what_is_the_matter_and_where_it_is_told_what_to_do(alert: str) -> None:
    rule = RULES[alert]
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}
    assert rule["annotations"]["runbook_url"] == f"docs/runbooks/{alert}.md"


HEADINGS = ["For pupils and teachers", "Look", "Do"]


def test_every_alert_has_its_runbook_and_every_runbook_its_alert() -> None:
    assert {path.stem for path in RUNBOOKS.glob("*.md")} - {"README"} == set(RULES)
    for alert in RULES:
        text = (RUNBOOKS / f"{alert}.md").read_text()
        assert text.startswith(f"# {alert}\n"), alert
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS, alert
        # An operator reads it at night.
        assert len(text.splitlines()) <= 40, alert


def test_the_list_of_runbooks_tells_severity_and_summary() -> None:
    listed = (RUNBOOKS / "README.md").read_text()
    for alert, rule in RULES.items():
        assert f"| [{alert}]({alert}.md) | {rule['labels']['severity']} |" in listed, alert


def test_what_runbooks_look_for_in_logs_is_written_there() -> None:
    sources = [path for src in ("kit", "services") for path in (ROOT / src).glob("**/src/**/*.py")]
    code = "\n".join(path.read_text() for path in sources)
    looked_for = {
        phrase
        for path in RUNBOOKS.glob("*.md")
        for phrase in re.findall(r'(?:grep|-e) "([^"]+)"', path.read_text())
    }
    assert len(looked_for) > 5
    assert {phrase for phrase in looked_for if phrase not in code} == set()

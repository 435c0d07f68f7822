"""The oracle has thought of everything that can be asked, and of nothing that cannot."""

import ast
from pathlib import Path

import pytest

from tests.isolation import oracle, pages, pages_oracle, rpc
from tests.isolation.enumeration import gateway, routes, rpcs

FOLDER = Path(__file__).parent


def without_row(found: set[tuple[str, str]]) -> set[str]:
    return {path for _, path in found} - set(pages_oracle.PAGES)


def test_every_rpc_has_a_row_and_every_row_an_rpc() -> None:
    rows = {
        f"/samspill.{service}/{method}"
        for service, methods in oracle.METHODS.items()
        for method in methods
    }
    assert rows == set(rpcs())
    assert set(oracle.SERVICES) == set(oracle.METHODS)


def test_every_page_has_a_row_and_every_row_a_page() -> None:
    assert not without_row(routes())
    assert not set(pages_oracle.PAGES) - {path for _, path in routes()}


def test_a_route_that_nobody_has_thought_about_fails() -> None:
    app = gateway()
    app.get("/undersokelser/{survey_id}/alt")(lambda: None)
    assert without_row(routes(app)) == {"/undersokelser/{survey_id}/alt"}


def test_an_rpc_that_nobody_has_thought_about_fails() -> None:
    with pytest.raises(KeyError):
        oracle.row_of("/samspill.surveys.v1.SurveyQueryService/GetEverything")


def test_the_oracle_knows_nothing_of_the_policy() -> None:
    for name in ("oracle.py", "pages_oracle.py"):
        tree = ast.parse((FOLDER / name).read_text())
        imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not {module for module in imported if module and module.startswith("samspill")}


def test_a_full_run_is_twenty_thousand_attempts_with_every_persona_and_thing() -> None:
    services, browsers = rpc.draw(None), pages.draw(None)
    assert len(services) + len(browsers) >= 20_000
    assert {each.persona for each in services} == set(rpc.PERSONAS)
    assert {each.thing for each in services} == set(rpc.THINGS)
    assert {each.persona for each in browsers} == set(pages.PERSONAS)

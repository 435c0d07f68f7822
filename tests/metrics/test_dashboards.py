"""The dashboard asks for what services tell, and Grafana would find every part of it."""

from __future__ import annotations

import re

import pytest

from .dashboards import dashboards, expressions, panels
from .expressions import unknown

EXPRESSIONS = expressions()


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_a_panel_asks_only_for_what_services_tell(name: str) -> None:
    assert list(unknown(EXPRESSIONS[name])) == []
    assert "$" not in EXPRESSIONS[name]


def test_panels_stand_beside_each_other_under_names_of_their_own() -> None:
    for dashboard in dashboards().values():
        placed = [panel["gridPos"] for panel in dashboard["panels"]]
        cells = [
            (place["x"] + right, place["y"] + down)
            for place in placed
            for right in range(place["w"])
            for down in range(place["h"])
        ]
        assert len(cells) == len(set(cells))
        assert max(x for x, _ in cells) < 24
        for key in ("id", "title"):
            named = [panel[key] for panel in dashboard["panels"]]
            assert len(named) == len(set(named))


def test_every_panel_reads_from_the_chosen_prometheus_and_namespace() -> None:
    for panel in panels():
        for target in panel["targets"]:
            assert target["datasource"]["uid"] == "${datasource}"
            selectors = re.findall(r"\{([^{}]*)\}", target["expr"])
            assert selectors
            assert all('namespace=~"$namespace"' in one for one in selectors), panel["title"]


def test_a_legend_names_only_labels_that_are_left() -> None:
    for panel in panels():
        for target in panel["targets"]:
            wanted = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            left = {
                label
                for listed in re.findall(r"by \(([^)]*)\)", target["expr"])
                for label in re.split(r",\s*", listed)
            }
            assert wanted <= left, panel["title"]

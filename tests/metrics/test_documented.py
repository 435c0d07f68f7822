"""The tables are whole and the checker of labels finds what it should, without anything running."""

from __future__ import annotations

import pytest

from .documented import everything, most_series, named_in_code
from .privacy import findings

NAMES = ("Nora", "Nilsen", "Fjellhøy skole")


def test_every_metric_in_the_code_is_documented_and_no_other() -> None:
    documented = {name for metrics in everything().values() for name in metrics}
    assert named_in_code() == documented


def test_the_tables_say_what_each_label_may_hold() -> None:
    for service, metrics in everything().items():
        for metric in metrics.values():
            assert metric.kind in {"counter", "gauge", "histogram"}, (service, metric)
            assert all(metric.labels.values()), (service, metric)


def test_a_service_without_events_promises_none() -> None:
    assert "samspill_events_waiting" in everything()["responses"]
    for service in ("gateway", "reports"):
        assert not [name for name in everything()[service] if "stream" in name or "events" in name]


def test_the_bound_is_a_number() -> None:
    assert most_series() > 1000


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("GET /elev/6f1c1b9e-3a52-4d0c-9a5e-0d6a3c1f2b7a", "an id"),
        ("6f1c1b9e3a524d0c9a5e0d6a3c1f2b7a", "an id"),
        ("nora", "a name"),
        ("Hei, Nora!", "a name"),
        ("school: fjellhøy skole", "a name"),
        ("999999999", "a number"),
        ("010190 12345", "a number"),
        ("nora@skole.example", "an e-mail address"),
        ("https://skole.example/x", "an address"),
        ("GET /undersokelser/17/rapport", "an address"),
        ("7H3KQ-9ZRT2M", "an access code"),
        ("7H3KQ9ZRT2M", "an access code"),
        ("Jeg har det fint, men i friminuttene er jeg ofte alene. " * 3, "a text"),
    ],
)
def test_a_label_that_tells_who_it_was_is_found(value: str, what: str) -> None:
    told = findings([{"__name__": "samspill_planted", "somebody": value}], NAMES)
    assert any(f"holds {what}" in each for each in told)


def test_labels_as_they_should_be_are_left_alone() -> None:
    for service, metrics in everything().items():
        for metric in metrics.values():
            for label, values in metric.labels.items():
                told = [{"__name__": metric.name, label: value} for value in values]
                assert findings(told, NAMES) == [], service

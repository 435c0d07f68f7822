"""What an expression of an alert or a dashboard asks for, compared with what is documented."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from .documented import Metric, everything

_SELECTOR: Final = re.compile(r"\b((?:samspill|process|python)_\w+|up)\b(?:\{([^}]*)\})?")
_NAMED: Final = re.compile(r'\{__name__=~"([^"]+)"\}')
_MATCHER: Final = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')
_SUFFIX: Final = re.compile(r"_(bucket|count|sum)$")

SCRAPED: Final = frozenset({"job", "instance", "namespace", "le"})
"""Labels that Prometheus or the client library adds."""

FOREIGN: Final = frozenset({"up", "process_resident_memory_bytes", "process_cpu_seconds_total"})


def unknown(expression: str) -> Iterator[str]:
    """Yield each metric, label and value in the expression that no service promises."""
    known = _by_name()
    for pattern in _NAMED.findall(expression):
        if not any(re.fullmatch(pattern, name) for name in known):
            yield pattern
    for name, matchers in _SELECTOR.findall(_NAMED.sub("", expression)):
        if name in FOREIGN:
            continue
        metric = known.get(name) or known.get(_SUFFIX.sub("", name))
        if metric is None:
            yield name
            continue
        yield from _unknown_labels(metric, matchers)


def _unknown_labels(metric: Metric, matchers: str) -> Iterator[str]:
    for label, operator, value in _MATCHER.findall(matchers):
        if label in SCRAPED:
            continue
        if label not in metric.labels:
            yield f"{metric.name}{{{label}}}"
            continue
        values = value.split("|") if "~" in operator else [value]
        yield from (
            f'{metric.name}{{{label}="{each}"}}'
            for each in values
            if each not in metric.labels[label]
        )


def _by_name() -> Mapping[str, Metric]:
    return {name: metric for metrics in everything().values() for name, metric in metrics.items()}

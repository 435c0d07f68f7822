"""What reports measures of its domain; nothing here knows whose report it was."""

from collections.abc import Callable, Mapping
from typing import Final

from prometheus_client import Counter, Histogram

_SECONDS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)

ANALYSES_ASKED: Final = Counter(
    "samspill_reports_analyses_asked_total",
    "Readings that needed an analysis, by where it came from: kept in memory, or computed.",
    ("source",),
)
ANALYSIS_SECONDS: Final = Histogram(
    "samspill_reports_analysis_seconds",
    "Time that an analysis took: the quick part, for which pages wait, and the slow one beside.",
    ("part",),
    buckets=_SECONDS,
)
ANALYSIS_FAILURES: Final = Counter(
    "samspill_reports_analysis_failures_total", "Slow parts of an analysis that failed."
)
PDF_SECONDS: Final = Histogram(
    "samspill_reports_pdf_seconds", "Time that setting a report as PDF took.", buckets=_SECONDS
)

for source in ("kept", "computed"):
    ANALYSES_ASKED.labels(source)
for part in ("quick", "slow"):
    ANALYSIS_SECONDS.labels(part)


class AnalysisCounters:
    """The use cases' measures, for Prometheus."""

    def used_kept(self) -> None:
        ANALYSES_ASKED.labels("kept").inc()

    def computed_quick(self, seconds: float) -> None:
        ANALYSES_ASKED.labels("computed").inc()
        ANALYSIS_SECONDS.labels("quick").observe(seconds)

    def computed_slow(self, seconds: float) -> None:
        ANALYSIS_SECONDS.labels("slow").observe(seconds)

    def failed(self) -> None:
        ANALYSIS_FAILURES.inc()


def timed_pdf(typeset: Callable[[Mapping[str, object]], bytes]) -> Callable[..., bytes]:
    """Return the typesetter with its time measured."""

    def measured(content: Mapping[str, object]) -> bytes:
        with PDF_SECONDS.time():
            return typeset(content)

    return measured

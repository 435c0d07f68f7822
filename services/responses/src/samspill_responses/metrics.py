"""Domain counters of responses; saves and refusals are counted per method by the kit."""

from typing import Final

from prometheus_client import Counter, Gauge

SURVEYS_SEALED: Final = Counter(
    "samspill_responses_surveys_sealed_total", "Surveys sealed because their time had passed."
)
SURVEYS_ERASED: Final = Counter(
    "samspill_responses_surveys_erased_total", "Surveys erased by this service's own timer."
)
CLOCK_TRUSTED: Final = Gauge(
    "samspill_responses_clock_trusted", "0 while the timer stands still because a clock jumped."
)

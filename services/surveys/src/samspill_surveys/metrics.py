"""What the surveys service counts; no label ever names a person or a school."""

from typing import Final

from prometheus_client import Counter

SURVEYS_TOTAL: Final = Counter(
    "samspill_surveys_steps_total",
    "Steps in surveys' lives, by step: created, opened, closed, overdue_erased.",
    ("step",),
)

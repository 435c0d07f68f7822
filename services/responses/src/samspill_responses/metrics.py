"""What responses measures of its domain; nothing here knows whose answer it was."""

from typing import Final

from prometheus_client import Counter

from samspill_kit.metrics import Outcomes
from samspill_responses.domain.errors import SurveyClosed

SAVES: Final = Outcomes(
    "samspill_responses_saves_total",
    "Saves of a page, also repeated ones.",
    done="accepted",
    named={SurveyClosed: "late"},
)
SUBMISSIONS: Final = Outcomes(
    "samspill_responses_submissions_total",
    "Answers handed in, also repeated.",
    done="accepted",
    named={SurveyClosed: "late"},
)
SURVEYS_SEALED: Final = Counter(
    "samspill_responses_surveys_sealed_total", "Surveys sealed because their time had passed."
)
SURVEYS_ERASED: Final = Counter(
    "samspill_responses_surveys_erased_total",
    "Surveys erased by this service's own timer, since retention had not.",
)

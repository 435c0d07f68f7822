"""What surveys measures of its domain."""

from typing import Final

from prometheus_client import Counter

from samspill_kit.metrics import Outcomes

CREATIONS: Final = Outcomes("samspill_surveys_creations_total", "Drafts asked for.")
OPENINGS: Final = Outcomes("samspill_surveys_openings_total", "Surveys that staff opened.")
CLOSINGS: Final = Outcomes("samspill_surveys_closings_total", "Surveys that staff closed.")
SURVEYS_ERASED: Final = Counter(
    "samspill_surveys_surveys_erased_total",
    "Surveys erased by this service's own timer, since retention had not.",
)

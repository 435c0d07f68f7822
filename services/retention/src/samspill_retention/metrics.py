"""What retention measures of its domain."""

from typing import Final

from prometheus_client import Counter, Gauge

from samspill_kit.metrics import Outcomes

from .domain.deletion import DeletionReason

KEY_REQUESTS: Final = Outcomes(
    "samspill_retention_key_requests_total", "Keys that services asked for.", done="issued"
)
DELETIONS_BEGUN: Final = Counter(
    "samspill_retention_deletions_begun_total",
    "Deletions asked for, also again, and begun by the deadline.",
    ("reason",),
)
RECEIPTS_SIGNED: Final = Counter(
    "samspill_retention_receipts_signed_total", "Deletions that ended with a signed receipt."
)
DELETIONS_UNFINISHED: Final = Gauge(
    "samspill_retention_deletions_unfinished",
    "Deletions asked for and not yet receipted, or taken back and not yet unlocked everywhere.",
)
DELETIONS_UNLOCKED: Final = Gauge(
    "samspill_retention_deletions_unlocked",
    "Those of them that some service has not locked yet.",
)
DELETION_OVERDUE: Final = Gauge(
    "samspill_retention_deletion_overdue_seconds",
    "For how long the oldest unfinished deletion has been due; up to the keys' lease is normal.",
)

for reason in DeletionReason:
    DELETIONS_BEGUN.labels(reason.value)

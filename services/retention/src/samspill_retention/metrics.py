"""Counters of retention's domain."""

from typing import Final

from prometheus_client import Counter, Gauge

DELETIONS_BEGUN: Final = Counter(
    "samspill_retention_deletions_begun_total", "Deletions begun, by who asked.", ["reason"]
)
RECEIPTS_SIGNED: Final = Counter(
    "samspill_retention_receipts_signed_total", "Deletions that ended with a signed receipt."
)
DELETIONS_UNFINISHED: Final = Gauge(
    "samspill_retention_deletions_unfinished", "Deletions asked for and not yet receipted."
)
CLOCK_TRUSTED: Final = Gauge(
    "samspill_retention_clock_trusted", "1 while timers may delete, 0 after a jump (SPEC T7)."
)

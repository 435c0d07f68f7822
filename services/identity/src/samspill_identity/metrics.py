"""What identity measures of its domain; nothing here knows who it was."""

from typing import Final

from prometheus_client import Counter, Gauge

from samspill_identity.domain.errors import (
    CodeMistyped,
    CodeRevoked,
    CodeUnknown,
    TooManyWrongCodes,
)
from samspill_kit.metrics import Outcomes
from samspill_kit.principal import Level

SIGN_INS: Final = Outcomes(
    "samspill_identity_sign_ins_total", "Sign-ins that came back from Keycloak."
)
KEYCLOAK_CALLS: Final = Outcomes(
    "samspill_identity_keycloak_calls_total",
    "Exchanges of a sign-in and looks at a person's rights.",
    done="answered",
)
CODES_ENTERED: Final = Outcomes(
    "samspill_identity_codes_entered_total",
    "Access codes typed.",
    done="right",
    named={
        CodeMistyped: "mistyped",
        CodeUnknown: "unknown",
        CodeRevoked: "revoked",
        TooManyWrongCodes: "braked",
    },
)
PERMIT_REQUESTS: Final = Outcomes(
    "samspill_identity_permit_requests_total",
    "Requests for leave to show individual data.",
    done="issued",
)
PERMITS_ISSUED: Final = Counter(
    "samspill_identity_permits_issued_total", "Permits by the level that they carry.", ("level",)
)
AUDIT_ENTRIES: Final = Counter(
    "samspill_identity_audit_entries_total", "Entries committed to an audit chain."
)
AUDIT_FAILURES: Final = Counter(
    "samspill_identity_audit_failures_total",
    "Entries that could not be written; what each was to allow did not happen.",
)
AUDIT_HANDED_OVER: Final = Gauge(
    "samspill_identity_audit_handover_timestamp_seconds",
    "When this replica last handed the heads of the audit chains to retention; 0 before the first.",
)
AUDIT_CONTRADICTIONS: Final = Counter(
    "samspill_identity_audit_contradictions_total",
    "Audit chains whose end contradicts the copy that retention keeps.",
)
SURVEYS_ERASED: Final = Counter(
    "samspill_identity_surveys_erased_total",
    "Surveys erased by this service's own timer, since retention had not.",
)

for level in Level:
    PERMITS_ISSUED.labels(level.value)

"""Why a passport or a permit is not taken; never what stood in it."""

from samspill_kit.errors import Forbidden, Unauthenticated, Unavailable


class PassportMissing(Unauthenticated):
    """The call carries no passport."""

    code = "passport_missing"


class PassportExpired(Unauthenticated):
    """The passport was right and is too old; ask identity for a new one."""

    code = "passport_expired"


class PassportNotAccepted(Unauthenticated):
    """Not signed by identity, for another installation, or not readable."""

    code = "passport_not_accepted"


class ClocksDiffer(Unavailable):
    """A token from the future: this service's clock or identity's goes wrong, and signing in
    again would not help.
    """

    code = "clocks_differ"


class PassportOfOtherKind(Forbidden):
    """A pupil's passport where staff is asked for, or the reverse."""

    code = "passport_of_other_kind"


class PermitMissing(Forbidden):
    """Individual data were asked for without a permit (SPEC I8)."""

    code = "permit_missing"


class PermitNotAccepted(Forbidden):
    """The permit is too old, was not signed by identity, or is not readable."""

    code = "permit_not_accepted"


class SigningKeysUnavailable(Unavailable):
    """Identity's public keys were never seen and cannot be fetched now."""

    code = "signing_keys_unavailable"


class AuditHeadNotAccepted(Forbidden):
    """The head of an audit chain was not signed by identity, or is not readable."""

    code = "audit_head_not_accepted"

"""Why retention says no."""

from samspill_kit.errors import Forbidden, Invalid, NotFound, Refused, Unavailable


class SurveyNotFound(NotFound):
    """No such survey in this school, or none that the caller may know of."""

    code = "survey_not_found"


class MayNotDelete(Forbidden):
    """Only the survey's creator, a leader, or staff with the right may delete it (SPEC T2)."""

    code = "may_not_delete"


class SurveyIsLocked(Refused):
    """A deletion has been asked for; no key is handed out any more."""

    code = "survey_is_locked"


class DeletionIsFinal(Refused):
    """The days of regret are over, or the deletion was asked for at once."""

    code = "deletion_is_final"


class DeleteOnMalformed(Invalid):
    """The day of deletion is not a day of the calendar."""

    code = "delete_on_malformed"


class DeleteOnPastCeiling(Invalid):
    """A survey lives four years at the most (SPEC T1)."""

    code = "delete_on_past_ceiling"


class PurposeNotForCaller(Forbidden):
    """Each sub-key is for one service alone (SPEC P1)."""

    code = "key_purpose_not_for_caller"


class KeyIsGone(Refused):
    """The survey's key has been destroyed; nothing of the survey can be opened."""

    code = "survey_key_is_gone"


class RootKeyDoesNotFit(Refused):
    """The key store was wrapped by another root key than the one that is mounted or named."""

    code = "root_key_does_not_fit"


class KeyStoreUnavailable(Unavailable):
    """Vault, which wraps or keeps the keys, does not answer, is sealed or fails."""

    code = "key_store_unavailable"


class KeyStoreDenied(Unavailable):
    """Vault refuses this login or what it asks for; its role, policy or mounts are not right."""

    code = "key_store_denied"


class KeyStoreNotFit(Refused):
    """The place in Vault would lose or replace keys: no KV version 2, or it forgets by itself."""

    code = "key_store_not_fit"

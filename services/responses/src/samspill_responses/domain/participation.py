"""How far a participant has come (SPEC S8); storage/migrations/functions holds the same rules."""

from enum import StrEnum


class ParticipantState(StrEnum):
    """Who is done, never what."""

    NOT_STARTED = "not_started"
    STARTED = "started"
    SUBMITTED = "submitted"
    DECLINED = "declined"
    """Handed in with every question passed over, or did not want to answer."""
    RETURNED = "returned"
    """Changed something after handing in, and has not handed in again."""

    @property
    def is_done(self) -> bool:
        return self in (ParticipantState.SUBMITTED, ParticipantState.DECLINED)

    def after_save(self) -> "ParticipantState":
        if self is ParticipantState.NOT_STARTED:
            return ParticipantState.STARTED
        return ParticipantState.RETURNED if self.is_done else self

    def after_submission(self, *, answered: int) -> "ParticipantState":
        """`answered` counts the questions with an answer, nobody included."""
        return ParticipantState.SUBMITTED if answered else ParticipantState.DECLINED

    def after_withdrawal(self) -> "ParticipantState":
        """Who takes everything back did not want to answer; who never began has not now either."""
        if self is ParticipantState.NOT_STARTED:
            return self
        return ParticipantState.DECLINED

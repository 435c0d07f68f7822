"""Everything the surveys service refuses, each with its kind and its code."""

from samspill_kit.errors import Forbidden, Invalid, NotFound, Refused, Stale


class SurveyNotFound(NotFound):
    """No such survey, or one that is none of the caller's business: the same answer (SPEC I4)."""

    code = "survey_not_found"


class GroupUnknown(NotFound):
    """The school has no such group."""

    code = "group_unknown"


class NotForYou(Forbidden):
    """Leaders alone read who has read about a pupil (SPEC I8)."""

    code = "not_for_you"


class SurveyNotYours(Forbidden):
    """The survey is another's, inside the own school: its creator or a leader can open it."""

    code = "survey_not_yours"


class MayNotCreateSurvey(Forbidden):
    """The leader has not granted this person surveys in every group chosen (SPEC I2)."""

    code = "may_not_create_survey"


class NotSurveyOwner(Forbidden):
    """Only the survey's creator or a leader of the school changes it."""

    code = "not_survey_owner"


class ParticipantNotInSurvey(Forbidden):
    """The pupil has been taken out of the survey since the code was used (SPEC I5)."""

    code = "participant_not_in_survey"


class SurveyIsLocked(Refused):
    """A deletion has locked the survey (SPEC T2)."""

    code = "survey_is_locked"


class SurveyNotADraft(Refused):
    """The survey has been opened, so it is fixed."""

    code = "survey_not_a_draft"


class SurveyNotOpen(Refused):
    """The survey is not open."""

    code = "survey_not_open"


class SurveyAlreadyClosed(Refused):
    """A closed survey never reopens; make a new one instead."""

    code = "survey_already_closed"


class SurveyHasNoParticipants(Refused):
    """The chosen groups hold no pupils."""

    code = "survey_has_no_participants"


class TooManyParticipants(Refused):
    """The chosen groups hold more pupils than one survey may have."""

    code = "too_many_participants"


class SuspicionModeNotReady(Refused):
    """A survey on suspicion demands reasons and an approval that cannot be given here yet (SPEC
    S5).
    """

    code = "suspicion_mode_not_ready"


class SurveyChangedMeanwhile(Stale):
    """Somebody else changed the survey since it was read."""

    code = "survey_changed_meanwhile"


class TitleEmpty(Invalid):
    """The title holds nothing but spaces."""

    code = "title_empty"


class TitleHoldsNationalIdentityNumber(Invalid):
    """The title holds what looks like a national identity number, which is never stored (SPEC
    I6).
    """

    code = "national_identity_number"


class ClosingTimeNotAhead(Invalid):
    """The closing time has passed already."""

    code = "closing_time_not_ahead"


class SurveyClosesAfterDeletion(Invalid):
    """The survey would be deleted before it closes."""

    code = "survey_closes_after_deletion"


class DeleteOnMalformed(Invalid):
    """The day of deletion is not a day of the calendar."""

    code = "delete_on_malformed"


class DeleteOnPastCeiling(Invalid):
    """The day of deletion is later than four years after creation (SPEC T1)."""

    code = "delete_on_past_ceiling"


class KeptTooLong(Invalid):
    """The day of deletion is later than the municipality lets any survey live."""

    code = "kept_too_long"


class FreeTextNotAllowed(Invalid):
    """The municipality does not let this grade band be asked for free text."""

    code = "free_text_not_allowed"


class NoQuestions(Invalid):
    """A survey asks at least one question."""

    code = "survey_has_no_questions"


class QuestionUnknown(Invalid):
    """The catalogue has no such question."""

    code = "question_unknown"


class QuestionRepeated(Invalid):
    """The same question was chosen twice."""

    code = "question_repeated"


class MaximumWithoutNomination(Invalid):
    """Only a question that is answered with names has a maximum of names."""

    code = "maximum_without_nomination"


class QuestionNotAllowedInPreventiveMode(Invalid):
    """A preventive survey never asks pupils to name others with a negative valence (SPEC S5)."""

    code = "question_not_allowed_in_preventive_mode"

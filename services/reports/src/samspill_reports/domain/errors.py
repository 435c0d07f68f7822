"""Why reports says no."""

from samspill_kit.errors import Invalid, NotFound, Refused


class SurveyNotFound(NotFound):
    """No such survey in this school, or none that the reader may know of."""

    code = "survey_not_found"


class SurveyNotClosed(Refused):
    """Answers can be read when the survey is closed, never before (SPEC S8)."""

    code = "survey_not_closed"


class SurveyIsLocked(Refused):
    """A deletion has been asked for; nothing of the survey is read any more."""

    code = "survey_is_locked"


class QuestionNotInSurvey(Invalid):
    """The sociogram was asked for a question that is not a nomination of this survey."""

    code = "question_not_in_survey"


class ParticipantNotInSurvey(NotFound):
    """No such participant in this survey."""

    code = "participant_not_found"


class LevelTooLow(Refused):
    """The reader may see numbers for the class, not single pupils."""

    code = "level_too_low"

"""Why responses says no; a code is a contract (docs/errors.md)."""

from samspill_kit.errors import Forbidden, Invalid, NotFound, Refused, Stale


class SurveyNotFound(NotFound):
    """No such survey in this school, or an erased one (SPEC I4)."""

    code = "survey_not_found"


class SurveyNotYours(Forbidden):
    """The survey is another's, inside the own school: its creator or a leader can open it."""

    code = "survey_not_yours"


class ParticipantNotFound(NotFound):
    """Not, or no longer, in the survey's list."""

    code = "participant_not_found"


class SurveyIsLocked(Refused):
    """A deletion has been asked for: nothing of the survey is read or written (SPEC T2)."""

    code = "survey_is_locked"


class SurveyClosed(Refused):
    """The survey is sealed, or its closing time has passed (SPEC R4)."""

    code = "survey_closed"


class SurveyNotClosed(Refused):
    """No answers or sums before closing (SPEC S8)."""

    code = "survey_not_closed"


class StaleAcceptance(Stale):
    """What decides acceptance changed meanwhile; the answers are checked again."""

    code = "acceptance_changed_meanwhile"


class PermitMismatch(Forbidden):
    """The permit is another person's, or for another survey (SPEC P3)."""

    code = "permit_mismatch"


class QuestionUnknown(Invalid):
    """The question is not in the survey's form."""

    code = "question_unknown"


class QuestionAnsweredTwice(Invalid):
    """One save names the same question twice."""

    code = "question_answered_twice"


class AnswerKindWrong(Invalid):
    """The question is not answered in this way."""

    code = "answer_kind_wrong"


class OptionUnknown(Invalid):
    """A key is not among the question's options, or named twice."""

    code = "option_unknown"


class TooManyNominees(Invalid):
    """More names than the question's maximum; there is never a minimum (SPEC S3)."""

    code = "too_many_nominees"


class NomineeUnknown(Invalid):
    """Someone chosen is oneself, named twice, or was not in the list that the page showed."""

    code = "nominee_unknown"


class ListVersionUnknown(Invalid):
    """The page claims a newer list of participants than there is."""

    code = "list_version_unknown"


class NationalIdentityNumber(Invalid):
    """The text carries a national identity number, which is never kept (SPEC I6)."""

    code = "national_identity_number"

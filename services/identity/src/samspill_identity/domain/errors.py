"""Every refusal of identity, each with its code (docs/errors.md)."""

from samspill_kit.errors import (
    Forbidden,
    Invalid,
    NotFound,
    Refused,
    TooMany,
    Unauthenticated,
    Unavailable,
)


class SessionUnknown(Unauthenticated):
    """No living session has this token."""

    code = "session_unknown"


class SignInAttemptUnknown(Unauthenticated):
    """The attempt is older than ten minutes, was used, or belongs to another browser."""

    code = "sign_in_attempt_unknown"


class SignInRefused(Unauthenticated):
    """Keycloak did not vouch for this person, or no longer does."""

    code = "sign_in_refused"


class IdentityProviderDown(Unavailable):
    """Keycloak does not answer; staff cannot sign in now."""

    code = "identity_provider_down"


class KeysUnavailable(Unavailable):
    """Retention does not answer and no key is held."""

    code = "keys_unavailable"


class StaffWithoutSchool(Forbidden):
    """Keycloak knows the person, but as staff of no school that is open here."""

    code = "staff_without_school"


class SchoolNotFound(NotFound):
    """No such school among the person's own: the same answer as for a missing one (SPEC I4)."""

    code = "school_not_found"


class PersonUnknown(NotFound):
    """Keycloak knows nobody with this id, or the account is disabled."""

    code = "person_unknown"


class SchoolGroupsMissing(Refused):
    """Keycloak has no groups for the school; its admins must make them."""

    code = "school_groups_missing"


class MunicipalityNotFound(NotFound):
    """No such municipality among the person's own: the same answer as for a missing one."""

    code = "municipality_not_found"


class SchoolHasOpenSurveys(Refused):
    """A school is closed once its surveys are."""

    code = "school_has_open_surveys"


class OrganisationNumberWrong(Invalid):
    """The check digit does not fit, or another municipality has the school."""

    code = "organisation_number_wrong"


class LastLeader(Refused):
    """A school that is open keeps at least one leader."""

    code = "last_leader"


class SignInUnknown(NotFound):
    """No living sign-in of this person has this id."""

    code = "sign_in_unknown"


class SecondFactorNeeded(Forbidden):
    """Names are shown to a sign-in that had a second factor, since the installation asks for it."""

    code = "second_factor_needed"


class ColleagueHasNoLevel(Refused):
    """Sharing never raises a level: a leader must have granted this colleague one first."""

    code = "colleague_has_no_level"


class MayNotShare(Forbidden):
    """The leader has not granted this person to share, or the survey is another's (SPEC I2)."""

    code = "may_not_share"


class ReasonMissing(Invalid):
    """A reader who comes after the opening needs the leader's reason (SPEC I2)."""

    code = "reason_missing"


class NotALeader(Forbidden):
    """Only a leader of the school may do this."""

    code = "not_a_leader"


class StaffNotFound(NotFound):
    """Nobody with this id works at the school."""

    code = "staff_not_found"


class GrantLevelMissing(Invalid):
    """A right to read names its level, and no other right has one."""

    code = "grant_level_missing"


class GrantDateMalformed(Invalid):
    """The last day of a grant is not a day of the calendar, or is past."""

    code = "grant_date_malformed"


class GroupUnknown(NotFound):
    """The school has no such group."""

    code = "group_unknown"


class MayNotCreateSurvey(Forbidden):
    """The leader has not granted this person surveys in every group chosen (SPEC I2)."""

    code = "may_not_create_survey"


class MayNotManageRoster(Forbidden):
    """The leader has not granted this person the roster (SPEC I2)."""

    code = "may_not_manage_roster"


class SurveyNotFound(NotFound):
    """No such survey, or one that is none of the caller's business: the same answer (SPEC I4)."""

    code = "survey_not_found"


class SurveyIsLocked(Refused):
    """A deletion has locked the survey (SPEC T2)."""

    code = "survey_is_locked"


class NotSurveyOwner(Forbidden):
    """Only the survey's creator or a leader of the school does this."""

    code = "not_survey_owner"


class ReadersAreFixed(Refused):
    """The survey was opened: its groups and readers are what the pupils were told (SPEC I2)."""

    code = "readers_are_fixed"


class ReadersNotFixed(Refused):
    """The survey has not been opened, so nobody reads it and no code opens it."""

    code = "readers_not_fixed"


class NotAReader(Forbidden):
    """The pupils were not told that this person reads the survey, or the right was taken back."""

    code = "not_a_reader"


class SurveyClosed(Refused):
    """The survey takes no more answers."""

    code = "survey_closed"


class CodeMistyped(Invalid):
    """The check character does not fit: a typing error, not a wrong code (SPEC I7)."""

    code = "code_mistyped"


class CodeUnknown(NotFound):
    """No survey has this code."""

    code = "code_unknown"


class CodeRevoked(Refused):
    """The code was taken back or replaced by a new one."""

    code = "code_revoked"


class TooManyWrongCodes(TooMany):
    """This address guesses; a right code is let in all the same."""

    code = "too_many_wrong_codes"


class RosterFileKindUnknown(Invalid):
    """The file is neither CSV nor XLSX; an .xls must be saved anew as .xlsx."""

    code = "roster_file_kind_unknown"


class RosterFileEmpty(Invalid):
    """The file holds no pupil."""

    code = "roster_file_empty"


class RosterEncodingUnknown(Invalid):
    """The text is neither UTF-8 nor Windows-1252."""

    code = "roster_encoding_unknown"


class RosterFileBroken(Invalid):
    """The workbook cannot be read: damaged, protected by a password, or absurdly large."""

    code = "roster_file_broken"


class RosterColumnMissing(Invalid):
    """No heading says where the names, or the classes, are."""

    code = "roster_column_missing"


class RosterTooLarge(Invalid):
    """More pupils than one import may have."""

    code = "roster_too_large"


class ImportNotFound(NotFound):
    """The prepared import is older than 30 minutes, was used, or never was."""

    code = "import_not_found"


class ImportUndecided(Invalid):
    """A row that may be more than one pupil was not decided, or was decided wrongly."""

    code = "import_undecided"


class RosterChangedMeanwhile(Refused):
    """Somebody changed the roster after the preview; look at a new one."""

    code = "roster_changed_meanwhile"

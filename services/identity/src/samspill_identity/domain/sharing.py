"""Who may share a survey, with whom, and at which level (SPEC I2)."""

from collections.abc import Sequence

from samspill_identity.domain.errors import (
    ColleagueHasNoLevel,
    MayNotShare,
    NotAReader,
    ReasonMissing,
)
from samspill_identity.domain.grants import lowest_level
from samspill_identity.domain.surveys import RecordedSurvey, Share
from samspill_kit.ids import StaffId
from samspill_kit.policy import Deed, allows, demand
from samspill_kit.principal import Grant, Level, StaffPrincipal


def may_share(survey: RecordedSurvey, by: StaffPrincipal) -> bool:
    """Drafts: leaders, and creators who were granted to share. Once opened: leaders."""
    return allows(_deed(survey), by, survey.as_subject)


def _deed(survey: RecordedSurvey) -> Deed:
    return Deed.SHARE_DRAFT if survey.readers is None else Deed.SHARE_OPENED


def demand_sharing(survey: RecordedSurvey, by: StaffPrincipal, *, reason: str) -> None:
    """Raises SurveyIsLocked, MayNotShare, ReasonMissing."""
    survey.demand_unlocked()
    demand(_deed(survey), by, survey.as_subject, otherwise=MayNotShare, survey_id=survey.id)
    if survey.readers is not None and not reason.strip():
        raise ReasonMissing(survey_id=survey.id)


def shared_level(
    survey: RecordedSurvey,
    *,
    wished: Level,
    sharer: StaffId,
    sharers: Sequence[Grant],
    shares: Sequence[Share],
    colleagues: Sequence[Grant],
) -> Level:
    """The lowest of what is wished, what the sharer has, and what the colleague has anywhere.

    Raises NotAReader when the sharer cannot read the survey, ColleagueHasNoLevel.
    """
    own = survey.level_now(sharer, sharers, shares)
    if own is None:
        raise NotAReader(survey_id=survey.id, who_can="leader")
    theirs = lowest_level(colleagues)
    if theirs is None:
        raise ColleagueHasNoLevel(who_can="leader")
    return min(wished, own, theirs)

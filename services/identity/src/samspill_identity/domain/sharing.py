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
from samspill_kit.principal import Action, Grant, Level, StaffPrincipal


def may_share(survey: RecordedSurvey, by: StaffPrincipal) -> bool:
    """Drafts: leaders, and creators who were granted to share. Once opened: leaders."""
    if by.is_leader:
        return True
    is_own_draft = survey.readers is None and survey.created_by == by.staff_id
    return is_own_draft and any(by.may(Action.SHARE, group) for group in survey.group_ids)


def demand_sharing(survey: RecordedSurvey, by: StaffPrincipal, *, reason: str) -> None:
    """Raises SurveyIsLocked, MayNotShare, ReasonMissing."""
    survey.demand_unlocked()
    if not may_share(survey, by):
        raise MayNotShare(survey_id=survey.id, who_can="leader")
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

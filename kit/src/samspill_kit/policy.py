"""Who may do what, stated once: the services' checks are made from this table (docs/policy.md).

Another school, another municipality and whatever is gone never reach it: there nothing is found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from samspill_kit.errors import Forbidden
from samspill_kit.ids import GroupId, StaffId, SurveyId
from samspill_kit.principal import Action, Principal, StaffPrincipal


class Deed(Enum):
    """What somebody wants to do, in words for the page."""

    CREATE_SURVEY = "make a survey"
    SEE_SURVEY = "see a survey, who takes part, and who has answered"
    CHANGE_SURVEY = "change or discard a draft"
    OPEN_SURVEY = "open a survey"
    CLOSE_SURVEY = "close a survey"
    REFRESH_PARTICIPANTS = "let late joiners in and take leavers out"
    HAND_OUT_CODES = "make, renew and take back access codes, and see who has used one"
    SEE_READERS = "see who will read a draft, and fix the readers at its opening"
    SEE_SHARING = "see with whom a survey is shared"
    SHARE_DRAFT = "share a draft with a colleague, or take that back"
    SHARE_OPENED = "add a reader after the opening, with a reason, or take that back"
    DELETE_SURVEY = "delete a survey, or take its deletion back"
    MANAGE_ROSTER = "import a class list"
    GOVERN_ACCESS = "see who works here, set grants, add and remove staff, end their sign-ins"
    READ_AUDIT = "read the log of who has read what, also about one pupil"


class Tie(Enum):
    """What ties a person to the thing, in words for the page."""

    LEADER = "leads the school"
    CREATOR = "made the survey"
    READER = "may read reports of all its groups"
    SHARED = "has it shared with them"
    GRANTED = "is granted it for all the groups concerned"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table."""

    deed: Deed
    ways: tuple[tuple[Tie, ...], ...]
    """One way is enough; every tie of it is needed."""

    keepers: str
    """Whom a closed door names, as the detail `who_can`."""

    grant: Action | None = None
    """What GRANTED means here."""


_LEADER, _CREATOR, _GRANTED = (Tie.LEADER,), (Tie.CREATOR,), (Tie.GRANTED,)
_OWN = (_CREATOR, _LEADER)
_SEEN = (*_OWN, (Tie.READER,), (Tie.SHARED,))
_OWN_AND_GRANTED = (Tie.CREATOR, Tie.GRANTED)

TABLE: Final = (
    Rule(Deed.CREATE_SURVEY, (_LEADER, _GRANTED), "leader", Action.CREATE_SURVEY),
    Rule(Deed.SEE_SURVEY, _SEEN, "creator_or_leader"),
    Rule(Deed.CHANGE_SURVEY, _OWN, "creator_or_leader"),
    Rule(Deed.OPEN_SURVEY, _OWN, "creator_or_leader"),
    Rule(Deed.CLOSE_SURVEY, _OWN, "creator_or_leader"),
    Rule(Deed.REFRESH_PARTICIPANTS, _OWN, "creator_or_leader"),
    Rule(Deed.HAND_OUT_CODES, _OWN, "creator_or_leader"),
    Rule(Deed.SEE_READERS, _OWN, "creator_or_leader"),
    Rule(Deed.SEE_SHARING, _OWN, "creator_or_leader"),
    Rule(Deed.SHARE_DRAFT, (_LEADER, _OWN_AND_GRANTED), "leader", Action.SHARE),
    Rule(Deed.SHARE_OPENED, (_LEADER,), "leader"),
    Rule(Deed.DELETE_SURVEY, (*_OWN, _GRANTED), "creator_or_leader", Action.DELETE_SURVEY),
    Rule(Deed.MANAGE_ROSTER, (_LEADER, _GRANTED), "leader", Action.MANAGE_ROSTER),
    Rule(Deed.GOVERN_ACCESS, (_LEADER,), "leader"),
    Rule(Deed.READ_AUDIT, (_LEADER,), "leader"),
)

_RULE_OF: Final = {rule.deed: rule for rule in TABLE}


@dataclass(frozen=True, slots=True)
class About:
    """What a deed is about, as far as access goes; the default is the school itself."""

    survey_id: SurveyId | None = None
    created_by: StaffId | None = None
    """None: nobody wrote it down, so nobody is the creator."""

    group_ids: Sequence[GroupId] | None = None
    """None: the whole school."""


SCHOOL: Final = About()


def allows(deed: Deed, by: Principal, about: About = SCHOOL) -> bool:
    """Whether the table lets this person do it; what it does not name is refused."""
    rule = _RULE_OF.get(deed)
    if rule is None or not isinstance(by, StaffPrincipal):
        return False
    return any(all(_holds(tie, rule, by, about) for tie in way) for way in rule.ways)


def demand(
    deed: Deed,
    by: Principal,
    about: About = SCHOOL,
    *,
    otherwise: type[Forbidden],
    **details: object,
) -> None:
    """Raise the service's own refusal, telling who can open."""
    if not allows(deed, by, about):
        raise otherwise(**details, who_can=_RULE_OF[deed].keepers)


def _holds(tie: Tie, rule: Rule, by: StaffPrincipal, about: About) -> bool:
    match tie:
        case Tie.LEADER:
            return by.is_leader
        case Tie.CREATOR:
            return about.created_by is not None and by.staff_id == about.created_by
        case Tie.READER:
            return about.group_ids is not None and by.level_for(about.group_ids) is not None
        case Tie.SHARED:
            return any(share.survey_id == about.survey_id for share in by.shares)
        case Tie.GRANTED:
            return rule.grant is not None and _is_granted(rule.grant, by, about.group_ids)


def _is_granted(action: Action, by: StaffPrincipal, groups: Sequence[GroupId] | None) -> bool:
    wanted: Sequence[GroupId | None] = list(groups) if groups else [None]
    return all(
        any(grant.action is action and grant.covers(group) for grant in by.grants)
        for group in wanted
    )


def as_markdown() -> str:
    """The table as a page."""
    lines = [_HEAD]
    for rule in TABLE:
        ways = "; or who ".join(" and ".join(tie.value for tie in way) for way in rule.ways)
        grant = f"`{rule.grant.value}`" if rule.grant else ""
        keepers = rule.keepers.replace("_", " ")
        lines.append(f"| {rule.deed.value} | who {ways} | {grant} | {keepers} |")
    return "\n".join([*lines, _FOOT])


_HEAD: Final = """# Who may do what

Written from `samspill_kit.policy`, from which the services' checks are made; a test keeps this page true.
Everything stands inside the one school that is active. Another school, another municipality, what was erased
and what never existed get one and the same answer: not found.

| to | may | the grant meant | a closed door names |
|---|---|---|---|"""

_FOOT: Final = """
What is not in the table needs no tie but the kind of sign-in:

- Everybody who works at the school sees its classes with names, what is being deleted with its receipts (ids and
  dates alone), the municipality's ceilings, and who can open a closed door.
- A pupil's code opens the form and the pupil's own answers in that one survey: to give, change, hand in or withdraw.
  What was answered is shown to the session that wrote it; a code typed anew replaces answers and shows none.
- A municipality's sign-in opens the municipality's page alone: opening and closing schools, naming and dismissing
  leaders, setting ceilings. Never a class, a survey, a pupil or an answer.
- A service's own certificate opens what that service needs to do without a person: never a name or an answer.

Reading a report is a matter of level. A permit carries the lowest of the level asked for, the level that the pupils
were told at the opening, and the level granted now (for all groups; for the creator the lowest granted anywhere; for a
share never above the colleague's own). Nobody reads without a grant, leaders neither, and no permit exists without its
entry in the log of readings.
"""

"""What must happen, written by hand from SPEC.md sections 1, 3, 7 and 8; knows nothing of the policy's table.

Each RPC: which services may call it, whose passport it wants, which object its ids name, and who of the
object's own school gets through. Each HTTP route the same, for a browser.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

EVERYBODY: Final = "leader maker other"
"""All staff of the school; `maker` made the surveys, `other` was granted nothing."""

KEEPERS: Final = "leader maker"
LEADER: Final = "leader"


@dataclass(frozen=True, slots=True)
class Calls:
    """A gRPC service: callers by certificate, and the kind of passport."""

    callers: str
    passport: str


@dataclass(frozen=True, slots=True)
class Row:
    """One RPC or route. `takes`: what its ids name. `who`: roles that get through at home."""

    takes: str
    who: str
    writes: bool = False
    by_role: bool = False
    """The role alone decides, before anything is looked up."""


def _reads(takes: str, who: str, *, by_role: bool = False) -> Row:
    return Row(takes, who, by_role=by_role)


def _writes(takes: str, who: str, *, by_role: bool = False) -> Row:
    return Row(takes, who, writes=True, by_role=by_role)


_ALL: Final = "gateway identity surveys responses reports retention"

SERVICES: Final = {
    "identity.v1.AccessCommandService": Calls("gateway", "staff"),
    "identity.v1.AccessQueryService": Calls("gateway", "staff"),
    "identity.v1.CodeCommandService": Calls("gateway", "staff"),
    "identity.v1.CodeQueryService": Calls("gateway", "staff"),
    "identity.v1.DoorQueryService": Calls("gateway", "staff"),
    "identity.v1.IdentityErasureInternalService": Calls("retention", "none"),
    "identity.v1.MunicipalityCommandService": Calls("gateway", "municipality"),
    "identity.v1.MunicipalityQueryService": Calls("gateway", "municipality"),
    "identity.v1.PermitCommandService": Calls("reports surveys", "staff"),
    "identity.v1.RosterCommandService": Calls("gateway", "staff"),
    "identity.v1.RosterQueryService": Calls("gateway surveys", "staff"),
    "identity.v1.SessionCommandService": Calls("gateway", "none"),
    "identity.v1.SessionQueryService": Calls("gateway", "none"),
    "identity.v1.SigningKeyQueryService": Calls(_ALL, "none"),
    "identity.v1.SurveyGrantCommandService": Calls("surveys", "staff"),
    "identity.v1.SurveyGrantQueryService": Calls("surveys", "staff"),
    "reports.v1.ReportQueryService": Calls("gateway", "staff"),
    "reports.v1.ReportsErasureInternalService": Calls("retention", "none"),
    "responses.v1.AcceptanceInternalService": Calls("surveys", "none"),
    "responses.v1.AnswerCommandService": Calls("gateway", "pupil"),
    "responses.v1.AnswerQueryService": Calls("gateway", "pupil"),
    "responses.v1.ReportAnswerQueryService": Calls("reports", "staff"),
    "responses.v1.ResponsesErasureInternalService": Calls("retention", "none"),
    "responses.v1.StatusQueryService": Calls("gateway reports", "staff"),
    "retention.v1.AuditHeadInternalService": Calls("identity", "none"),
    "retention.v1.DeletionCommandService": Calls("gateway", "staff"),
    "retention.v1.DeletionQueryService": Calls("gateway", "staff"),
    "retention.v1.KeyIssueInternalService": Calls("identity surveys responses reports", "none"),
    "retention.v1.LifetimeInternalService": Calls("surveys", "none"),
    "surveys.v1.FormQueryService": Calls("gateway", "pupil"),
    "surveys.v1.SurveyCommandService": Calls("gateway", "staff"),
    "surveys.v1.SurveyQueryService": Calls("gateway reports", "staff"),
    "surveys.v1.SurveysErasureInternalService": Calls("retention", "none"),
}

_ERASURE: Final = {"LockSurvey": _writes("", ""), "UnlockSurvey": _writes("", "")} | {
    "EraseSurvey": _writes("", "")
}

METHODS: Final = {
    "identity.v1.AccessCommandService": {
        "AddStaff": _writes("person", LEADER, by_role=True),
        "EndStaffSessions": _writes("staff", LEADER, by_role=True),
        "RemoveStaff": _writes("staff", LEADER, by_role=True),
        "SetGrants": _writes("staff", LEADER, by_role=True),
    },
    "identity.v1.AccessQueryService": {
        "FindPeople": _reads("", LEADER),
        "ListAuditEntries": _reads("", LEADER),
        "ListReadings": _reads("", LEADER),
        "ListStaff": _reads("", LEADER),
        "ListStaffSessions": _reads("staff", LEADER, by_role=True),
    },
    "identity.v1.CodeCommandService": {
        "MakeCodes": _writes("survey", KEEPERS),
        "RenewCode": _writes("survey", KEEPERS),
        "RevokeCode": _writes("survey", KEEPERS),
    },
    "identity.v1.CodeQueryService": {"ListCodeStates": _reads("survey", KEEPERS)},
    "identity.v1.DoorQueryService": {
        "GetCeilings": _reads("", EVERYBODY),
        "GetSharing": _reads("survey", KEEPERS),
        "WhoCanOpen": _reads("", EVERYBODY),
    },
    "identity.v1.IdentityErasureInternalService": _ERASURE,
    "identity.v1.MunicipalityCommandService": {
        "CloseSchool": _writes("school", "municipality"),
        "DismissLeader": _writes("school", "municipality"),
        "NameLeader": _writes("school", "municipality"),
        "OpenSchool": _writes("", "municipality"),
        "SetCeilings": _writes("", "municipality"),
    },
    "identity.v1.MunicipalityQueryService": {
        "FindCandidates": _reads("", "municipality"),
        "GetMunicipality": _reads("", "municipality"),
    },
    "identity.v1.PermitCommandService": {"IssuePermit": _writes("closed survey", KEEPERS)},
    "identity.v1.RosterCommandService": {
        "ConfirmImport": _writes("import", LEADER, by_role=True),
        "PrepareImport": _writes("", LEADER),
    },
    "identity.v1.RosterQueryService": {
        "ListGroups": _reads("", EVERYBODY),
        "ListPupils": _reads("group", EVERYBODY),
    },
    "identity.v1.SessionCommandService": dict.fromkeys(
        (
            "BeginSignIn",
            "ChooseMunicipality",
            "ChooseSchool",
            "CompleteSignIn",
            "EndOtherSession",
            "EndSession",
            "EndSessionsByLogoutToken",
            "EnterCode",
            "IssuePassport",
        ),
        _writes("", ""),
    ),
    "identity.v1.SessionQueryService": {"ListOwnSessions": _reads("", "")},
    "identity.v1.SigningKeyQueryService": {"ListSigningKeys": _reads("", "")},
    "identity.v1.SurveyGrantCommandService": {
        "EndShare": _writes("survey", LEADER),
        "FixReaders": _writes("survey", KEEPERS),
        "RecordSurvey": _writes("group", KEEPERS, by_role=True),
        "ShareSurvey": _writes("survey", LEADER),
    },
    "identity.v1.SurveyGrantQueryService": {"PreviewReaders": _reads("survey", KEEPERS)},
    "reports.v1.ReportQueryService": dict.fromkeys(
        (
            "GetOverview",
            "GetPupil",
            "GetQuality",
            "GetQuestions",
            "GetSociogram",
            "ListPupils",
            "RenderPdf",
        ),
        _writes("closed survey", KEEPERS),
    ),
    "reports.v1.ReportsErasureInternalService": _ERASURE,
    "responses.v1.AcceptanceInternalService": {
        "ChangeParticipants": _writes("", ""),
        "PrepareSurvey": _writes("", ""),
        "SealSurvey": _writes("", ""),
    },
    "responses.v1.AnswerCommandService": {
        "SaveAnswers": _writes("", "pupil classmate"),
        "SubmitAnswers": _writes("", "pupil classmate"),
        "WithdrawAnswers": _writes("", "pupil classmate"),
    },
    "responses.v1.AnswerQueryService": {"GetPage": _reads("", "pupil classmate")},
    "responses.v1.ReportAnswerQueryService": {"ListAnswers": _reads("permit", "")},
    "responses.v1.ResponsesErasureInternalService": _ERASURE,
    "responses.v1.StatusQueryService": {
        "CountParticipantStates": _reads("", EVERYBODY),
        "ListParticipantStates": _reads("survey", KEEPERS),
    },
    "retention.v1.AuditHeadInternalService": {
        "GetAuditHead": _reads("", ""),
        "KeepAuditHeads": _writes("", ""),
    },
    "retention.v1.DeletionCommandService": {
        "DeleteSurvey": _writes("survey", KEEPERS),
        "TakeBackDeletion": _writes("survey", ""),
    },
    "retention.v1.DeletionQueryService": {
        "GetDeletion": _reads("deletion", EVERYBODY),
        "ListDeletions": _reads("", EVERYBODY),
    },
    "retention.v1.KeyIssueInternalService": {
        "IssuePepper": _reads("", ""),
        "IssueSchoolKey": _reads("", ""),
        "IssueSurveyKey": _reads("", ""),
    },
    "retention.v1.LifetimeInternalService": {
        "ChangeDeleteOn": _writes("", ""),
        "RegisterSurvey": _writes("", ""),
    },
    "surveys.v1.FormQueryService": {"GetForm": _reads("", "pupil classmate")},
    "surveys.v1.SurveyCommandService": {
        "ChangeSurvey": _writes("survey", KEEPERS),
        "CloseSurvey": _writes("survey", KEEPERS),
        "CreateSurvey": _writes("group", KEEPERS, by_role=True),
        "DiscardDraft": _writes("survey", KEEPERS),
        "EndShare": _writes("survey", LEADER),
        "OpenSurvey": _writes("survey", KEEPERS),
        "RefreshParticipants": _writes("survey", KEEPERS),
        "ShareSurvey": _writes("survey", LEADER),
    },
    "surveys.v1.SurveyQueryService": {
        "GetQuestionSet": _reads("", EVERYBODY),
        "GetSurvey": _reads("survey", KEEPERS),
        "ListParticipants": _reads("survey", KEEPERS),
        "ListParticipations": _reads("", LEADER),
        "ListSurveys": _reads("", EVERYBODY),
    },
    "surveys.v1.SurveysErasureInternalService": _ERASURE,
}


def row_of(rpc: str) -> tuple[Calls, Row]:
    """The row of `/samspill.x.v1.Service/Method`. Raises KeyError: nobody has thought about it."""
    service, _, method = rpc.removeprefix("/samspill.").partition("/")
    return SERVICES[service], METHODS[service][method]


# Outcomes, as one word each.
OK, CLOSED, MISSING, LOCKED = "ok", "closed", "missing", "locked"
SIGN_IN, OTHER_KIND, OTHER_CALLER = "sign_in", "other_kind", "other_caller"
NO_PERMIT: Final = "no_permit"
KEYCLOAK_DOWN: Final = frozenset(
    {"unavailable:identity_provider_down", "unavailable:service_too_slow"}
)
ASKS_KEYCLOAK: Final = frozenset(
    {"AddStaff", "RemoveStaff", "NameLeader", "DismissLeader", "FindPeople", "FindCandidates"}
)
"""A Keycloak that does not answer tells nothing, whoever asks; the same for all that is foreign."""

KIND_OF: Final = {
    "leader": "staff",
    "maker": "staff",
    "other": "staff",
    "leader of another school": "staff",
    "municipality": "municipality",
    "pupil": "pupil",
    "classmate": "pupil",
}
"""Everybody else has no passport that counts: nobody, expired, forged, for another installation, a service."""


def expected(rpc: str, certificate: str, persona: str, thing: str) -> frozenset[str]:
    """The outcomes that are right; empty means that this attempt says nothing."""
    calls, row = row_of(rpc)
    if certificate not in calls.callers.split():
        return frozenset({OTHER_CALLER})
    if calls.passport == "none":
        return frozenset()
    kind = KIND_OF.get(persona)
    if kind is None:
        return frozenset({SIGN_IN})
    if kind != calls.passport:
        return frozenset({OTHER_KIND})
    role = "leader" if persona == "leader of another school" else persona
    right = _expected_of(row, role, thing)
    asks = rpc.rpartition("/")[2] in ASKS_KEYCLOAK
    return right | KEYCLOAK_DOWN if right and asks else right


def _expected_of(row: Row, role: str, thing: str) -> frozenset[str]:
    passes = role in row.who.split()
    if row.takes == "permit":
        return frozenset({NO_PERMIT})
    if not row.takes:
        return _through(row) if passes else frozenset({CLOSED})
    if row.by_role and not passes:
        at_home = thing in {"own", "other class"}
        return frozenset({CLOSED}) if at_home else frozenset({CLOSED, MISSING})
    if thing in {"other school", "other municipality", "missing"}:
        if row.takes == "person" and thing != "missing":
            return _through(row)  # Whom Keycloak knows may work at several schools (SPEC I3).
        if row.takes == "school" and thing == "other school":
            return _through(row)  # Of the same municipality.
        return frozenset({MISSING})
    if row.takes == "deletion":
        return frozenset({OK if thing == "deleted" else MISSING})
    if thing == "deleted" and "survey" in row.takes:
        return frozenset({MISSING, LOCKED})
    if thing == "other class" and "survey" in row.takes and role == "maker":
        # Made by the leader. The maker may read it at the level granted, which is not managing it.
        return frozenset()
    if not passes and row.who:
        return frozenset({CLOSED})
    return _through(row)


def _through(row: Row) -> frozenset[str]:
    # What would change the world that everything is measured against is left out: other tests do it.
    return frozenset() if row.writes else frozenset({OK})

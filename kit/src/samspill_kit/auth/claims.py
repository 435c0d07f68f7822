"""Principals and permits as the claims of a token, and back."""

from collections.abc import Mapping
from typing import Any

from samspill_kit.ids import (
    GroupId,
    MunicipalityId,
    ParticipantId,
    SchoolId,
    SessionId,
    StaffId,
    SurveyId,
)
from samspill_kit.principal import (
    Action,
    Grant,
    Level,
    Permit,
    PupilPrincipal,
    Role,
    StaffPrincipal,
)

Claims = dict[str, Any]
Person = StaffPrincipal | PupilPrincipal


def claims_of_person(person: Person) -> Claims:
    """Return the claims that say who a passport is about; the signer adds times and issuer."""
    claims: Claims = {
        "mun": str(person.municipality_id),
        "sch": str(person.school_id),
        "sid": str(person.session_id),
    }
    if isinstance(person, StaffPrincipal):
        return claims | {
            "kind": "staff",
            "sub": str(person.staff_id),
            "roles": sorted(role.value for role in person.roles),
            "grants": [_claims_of_grant(grant) for grant in person.grants],
        }
    return claims | {
        "kind": "pupil",
        "sub": str(person.participant_id),
        "ptc": str(person.participant_id),
        "svy": str(person.survey_id),
        "wo": person.write_only,
    }


def person_of(claims: Mapping[str, Any]) -> Person:
    """Return who the passport is about. Raises KeyError, ValueError or Invalid on other claims."""
    municipality_id = MunicipalityId.parse(claims["mun"])
    school_id = SchoolId.parse(claims["sch"])
    session_id = SessionId.parse(claims["sid"])
    if claims["kind"] == "staff":
        return StaffPrincipal(
            staff_id=StaffId.parse(claims["sub"]),
            municipality_id=municipality_id,
            school_id=school_id,
            roles=frozenset(map(Role, claims["roles"])),
            grants=tuple(map(_grant_of, claims["grants"])),
            session_id=session_id,
        )
    if claims["kind"] != "pupil":
        raise ValueError("a passport of an unknown kind")
    return PupilPrincipal(
        municipality_id=municipality_id,
        school_id=school_id,
        survey_id=SurveyId.parse(claims["svy"]),
        participant_id=ParticipantId.parse(claims["ptc"]),
        session_id=session_id,
        write_only=bool(claims["wo"]),
    )


def _claims_of_grant(grant: Grant) -> Claims:
    claims: Claims = {"a": grant.action.value}
    if grant.level:
        claims["l"] = grant.level.value
    if grant.group_id:
        claims["g"] = str(grant.group_id)
    return claims


def _grant_of(claims: Mapping[str, Any]) -> Grant:
    return Grant(
        Action(claims["a"]),
        Level(claims["l"]) if "l" in claims else None,
        GroupId.parse(claims["g"]) if "g" in claims else None,
    )


def claims_of_permit(permit: Permit) -> Claims:
    """Return the claims of a permit; `jti` is its audit entry."""
    claims: Claims = {
        "sub": str(permit.staff_id),
        "sch": str(permit.school_id),
        "svy": str(permit.survey_id),
        "lvl": permit.level.value,
        "jti": permit.audit_id,
    }
    if permit.participants is not None:
        claims["pts"] = sorted(map(str, permit.participants))
    return claims


def permit_of(claims: Mapping[str, Any]) -> Permit:
    """Return the permit. Raises KeyError, ValueError or Invalid on other claims."""
    participants = claims.get("pts")
    return Permit(
        staff_id=StaffId.parse(claims["sub"]),
        school_id=SchoolId.parse(claims["sch"]),
        survey_id=SurveyId.parse(claims["svy"]),
        level=Level(claims["lvl"]),
        participants=None
        if participants is None
        else frozenset(map(ParticipantId.parse, participants)),
        audit_id=str(claims["jti"]),
    )

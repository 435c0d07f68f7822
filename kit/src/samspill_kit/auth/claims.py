"""Principals and permits as the claims of a token, and back."""

import base64
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

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
    AuditHead,
    Grant,
    Level,
    MunicipalityPrincipal,
    Permit,
    PupilPrincipal,
    Role,
    Share,
    StaffPrincipal,
)

Claims = dict[str, Any]
Person = StaffPrincipal | MunicipalityPrincipal | PupilPrincipal


def claims_of_person(person: Person) -> Claims:
    """Return the claims that say who a passport is about; the signer adds times and issuer."""
    claims: Claims = {"mun": str(person.municipality_id), "sid": str(person.session_id)}
    match person:
        case StaffPrincipal():
            return claims | _claims_of_staff(person)
        case MunicipalityPrincipal():
            return claims | {
                "kind": "municipality",
                "sub": str(person.staff_id),
                "2f": person.has_second_factor,
            }
        case PupilPrincipal():
            return claims | {
                "kind": "pupil",
                "sch": str(person.school_id),
                "sub": str(person.participant_id),
                "ptc": str(person.participant_id),
                "svy": str(person.survey_id),
                "wo": person.write_only,
            }


def person_of(claims: Mapping[str, Any]) -> Person:
    """Return who the passport is about. Raises KeyError, ValueError or Invalid on other claims."""
    municipality_id = MunicipalityId.parse(claims["mun"])
    session_id = SessionId.parse(claims["sid"])
    match claims["kind"]:
        case "staff":
            return _staff_of(claims, municipality_id, session_id)
        case "municipality":
            return MunicipalityPrincipal(
                staff_id=StaffId.parse(claims["sub"]),
                municipality_id=municipality_id,
                session_id=session_id,
                has_second_factor=bool(claims["2f"]),
            )
        case "pupil":
            return PupilPrincipal(
                municipality_id=municipality_id,
                school_id=SchoolId.parse(claims["sch"]),
                survey_id=SurveyId.parse(claims["svy"]),
                participant_id=ParticipantId.parse(claims["ptc"]),
                session_id=session_id,
                write_only=bool(claims["wo"]),
            )
        case _:
            raise ValueError("a passport of an unknown kind")


def _claims_of_staff(person: StaffPrincipal) -> Claims:
    return {
        "kind": "staff",
        "sch": str(person.school_id),
        "sub": str(person.staff_id),
        "roles": sorted(role.value for role in person.roles),
        "grants": [_claims_of_grant(grant) for grant in person.grants],
        "shares": _claims_of_shares(person.shares),
        "2f": person.has_second_factor,
    }


def _staff_of(
    claims: Mapping[str, Any], municipality_id: MunicipalityId, session_id: SessionId
) -> StaffPrincipal:
    return StaffPrincipal(
        staff_id=StaffId.parse(claims["sub"]),
        municipality_id=municipality_id,
        school_id=SchoolId.parse(claims["sch"]),
        roles=frozenset(map(Role, claims["roles"])),
        grants=tuple(map(_grant_of, claims["grants"])),
        session_id=session_id,
        # Absent in passports of a release before: contracts only grow.
        shares=_shares_of(claims.get("shares", {})),
        has_second_factor=bool(claims.get("2f", False)),
    )


def _claims_of_shares(shares: Iterable[Share]) -> Claims:
    """Surveys by level, 16 bytes each: sixty of them must fit into a call's header of 8 KB."""
    packed: dict[str, bytes] = {}
    for share in shares:
        level = share.level.value
        packed[level] = packed.get(level, b"") + share.survey_id.value.bytes
    return {level: base64.urlsafe_b64encode(ids).decode() for level, ids in packed.items()}


def _shares_of(claims: Mapping[str, str]) -> tuple[Share, ...]:
    shares = []
    for level, packed in claims.items():
        ids = base64.urlsafe_b64decode(packed)
        for start in range(0, len(ids), 16):
            survey_id = SurveyId(UUID(bytes=ids[start : start + 16]))
            shares.append(Share(survey_id, Level(level)))
    return tuple(shares)


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


def claims_of_head(head: AuditHead) -> Claims:
    """Return the claims of a signed head of an audit chain."""
    return {"sch": str(head.school_id), "seq": head.sequence, "dig": head.digest.hex()}


def head_of(claims: Mapping[str, Any]) -> AuditHead:
    """Return the head. Raises KeyError, ValueError or Invalid on other claims."""
    return AuditHead(
        SchoolId.parse(claims["sch"]), int(claims["seq"]), bytes.fromhex(claims["dig"])
    )

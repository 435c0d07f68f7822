"""Contract to domain and back."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from samspill.identity.v1 import access_pb2, codes_pb2, roster_pb2, sessions_pb2
from samspill_identity.domain.audit import AuditEntry, AuditFilter, AuditView
from samspill_identity.domain.ceilings import Ceilings
from samspill_identity.domain.codes import CodeState, MadeCode, ParticipantCode
from samspill_identity.domain.errors import GrantDateMalformed
from samspill_identity.domain.grants import DatedGrant, GrantWish
from samspill_identity.domain.roster import Gender, Group, Match, Meeting, Pupil
from samspill_identity.domain.schools import KnownPerson
from samspill_identity.domain.sessions import SignIn
from samspill_identity.domain.surveys import Reader
from samspill_identity.usecases.get_sharing import Sharing
from samspill_identity.usecases.issue_staff_passport import StaffPassport
from samspill_identity.usecases.list_staff import StaffMember
from samspill_identity.usecases.prepare_import import ImportPreview
from samspill_kit.grpc.timestamps import timestamp_of
from samspill_kit.ids import GroupId, SessionId, StaffId, SurveyId
from samspill_kit.principal import Action, Grant, Level, MunicipalityPrincipal, PupilPrincipal, Role

LEVELS: Final = {
    Level.AGGREGATE: access_pb2.READ_LEVEL_AGGREGATE,
    Level.PSEUDONYMOUS: access_pb2.READ_LEVEL_PSEUDONYMOUS,
    Level.NAMED: access_pb2.READ_LEVEL_NAMED,
    Level.FREE_TEXT: access_pb2.READ_LEVEL_FREE_TEXT,
}
LEVELS_FROM_PB: Final = {number: level for level, number in LEVELS.items()}

ACTIONS: Final = {
    Action.CREATE_SURVEY: access_pb2.GRANT_ACTION_CREATE_SURVEY,
    Action.DELETE_SURVEY: access_pb2.GRANT_ACTION_DELETE_SURVEY,
    Action.READ_REPORT: access_pb2.GRANT_ACTION_READ_REPORT,
    Action.MANAGE_ROSTER: access_pb2.GRANT_ACTION_MANAGE_ROSTER,
    Action.SHARE: access_pb2.GRANT_ACTION_SHARE,
}
ACTIONS_FROM_PB: Final = {number: action for action, number in ACTIONS.items()}

GENDERS: Final = {
    None: roster_pb2.GENDER_UNSPECIFIED,
    Gender.GIRL: roster_pb2.GENDER_GIRL,
    Gender.BOY: roster_pb2.GENDER_BOY,
}
MATCHES: Final = {
    Match.NEW: roster_pb2.IMPORT_MATCH_NEW,
    Match.KNOWN: roster_pb2.IMPORT_MATCH_KNOWN,
    Match.AMBIGUOUS: roster_pb2.IMPORT_MATCH_AMBIGUOUS,
}
CODE_STATES: Final = {
    CodeState.MADE: codes_pb2.CODE_STATE_MADE,
    CodeState.USED: codes_pb2.CODE_STATE_USED,
    CodeState.REVOKED: codes_pb2.CODE_STATE_REVOKED,
}


def wish_from_pb(grant: access_pb2.Grant) -> GrantWish:
    """A grant as the leader states it. Raises GrantDateMalformed."""
    return GrantWish(
        ACTIONS_FROM_PB[grant.action],
        LEVELS_FROM_PB.get(grant.level),
        GroupId.parse(grant.group_id) if grant.HasField("group_id") else None,
        day_of(grant.until_on) if grant.HasField("until_on") else None,
    )


def day_of(written: str) -> date:
    """A day of the calendar. Raises GrantDateMalformed."""
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise GrantDateMalformed from None


def grant_to_pb(dated: DatedGrant) -> access_pb2.Grant:
    grant = _plain_grant_to_pb(dated.grant)
    grant.until_on = dated.until_on.isoformat()
    return grant


def _plain_grant_to_pb(grant: Grant) -> access_pb2.Grant:
    return access_pb2.Grant(
        action=ACTIONS[grant.action],
        level=LEVELS[grant.level] if grant.level else access_pb2.READ_LEVEL_UNSPECIFIED,
        group_id=str(grant.group_id) if grant.group_id else None,
    )


def member_to_pb(member: StaffMember) -> access_pb2.StaffMember:
    return access_pb2.StaffMember(
        staff_id=str(member.colleague.staff_id),
        display_name=member.colleague.display_name,
        roles=sorted(role.value for role in member.colleague.roles),
        grants=[grant_to_pb(dated) for dated in member.grants],
    )


def entry_to_pb(entry: AuditEntry, names: Mapping[StaffId, str]) -> access_pb2.AuditEntry:
    deed = entry.deed
    return access_pb2.AuditEntry(
        entry_id=str(deed.id),
        at=timestamp_of(deed.at),
        staff_id=str(deed.staff_id),
        staff_name=names.get(deed.staff_id, ""),
        purpose=deed.purpose,
        survey_id=str(deed.survey_id) if deed.survey_id else "",
        level=LEVELS[deed.level] if deed.level else access_pb2.READ_LEVEL_UNSPECIFIED,
        subject_id=str(deed.subject_id) if deed.subject_id else "",
        subject_name=names.get(deed.subject_id, "") if deed.subject_id else "",
        participants=len(deed.participants),
        sequence=entry.sequence,
    )


def audit_filter_of(request: access_pb2.ListAuditEntriesRequest) -> AuditFilter:
    """Which entries are asked for. Raises GrantDateMalformed for days that are none."""
    has = request.HasField
    return AuditFilter(
        staff_id=StaffId.parse(request.staff_id) if has("staff_id") else None,
        survey_id=SurveyId.parse(request.survey_id) if has("survey_id") else None,
        purposes=frozenset(request.purposes),
        from_on=day_of(request.from_on) if has("from_on") else None,
        until_on=day_of(request.until_on) if has("until_on") else None,
        before=request.before if has("before") else None,
    )


def audit_view_to_pb(view: AuditView) -> access_pb2.ListAuditEntriesResponse:
    return access_pb2.ListAuditEntriesResponse(
        entries=[entry_to_pb(entry, view.names) for entry in view.entries],
        is_unbroken=view.broken_by is None,
        broken_by=view.broken_by.value if view.broken_by else "",
        copy_kept_at=timestamp_of(view.copy_kept_at) if view.copy_kept_at else None,
        next_before=view.next_before,
    )


def person_to_pb(person: KnownPerson, roles: Iterable[Role] = ()) -> access_pb2.KnownPerson:
    return access_pb2.KnownPerson(
        staff_id=str(person.staff_id),
        display_name=person.display_name,
        username=person.username,
        roles=sorted(role.value for role in roles),
    )


def sign_in_to_pb(sign_in: SignIn, *, own: SessionId | None = None) -> access_pb2.StaffSignIn:
    return access_pb2.StaffSignIn(
        session_id=str(sign_in.id),
        started_at=timestamp_of(sign_in.started_at),
        used_at=timestamp_of(sign_in.used_at),
        device=sign_in.device,
        is_own=sign_in.id == own,
    )


def sharing_to_pb(sharing: Sharing) -> access_pb2.GetSharingResponse:
    names = sharing.names
    return access_pb2.GetSharingResponse(
        shares=[
            access_pb2.Share(
                staff_id=str(one.staff_id),
                display_name=names.get(one.staff_id, ""),
                level=LEVELS[one.level],
                shared_at=timestamp_of(one.shared_at),
                shared_by_name=names.get(one.shared_by, ""),
            )
            for one in sharing.shares
        ],
        candidates=[
            access_pb2.ShareCandidate(
                staff_id=str(staff_id),
                display_name=names[staff_id],
                highest=LEVELS[level] if level else access_pb2.READ_LEVEL_UNSPECIFIED,
            )
            for staff_id, level in sharing.candidates.items()
        ],
        has_fixed_readers=sharing.has_fixed_readers,
        may_share=sharing.may_share,
    )


def ceilings_to_pb(ceilings: Ceilings) -> access_pb2.Ceilings:
    return access_pb2.Ceilings(
        languages=ceilings.languages,
        longest_keep_days=ceilings.longest_keep_days,
        own_questions=ceilings.own_questions,
        free_text_bands=ceilings.free_text_bands,
    )


def ceilings_of(written: access_pb2.Ceilings) -> Ceilings:
    return Ceilings(
        languages=tuple(written.languages),
        longest_keep_days=written.longest_keep_days,
        own_questions=written.own_questions,
        free_text_bands=tuple(written.free_text_bands),
    )


def reader_to_pb(reader: Reader) -> access_pb2.Reader:
    return access_pb2.Reader(
        staff_id=str(reader.staff_id),
        display_name=reader.display_name,
        role=reader.role.value,
        level=LEVELS[reader.level],
    )


def staff_view(passport: StaffPassport) -> sessions_pb2.StaffView:
    principal, place = passport.principal, passport.place
    view = sessions_pb2.StaffView(
        staff_id=str(principal.staff_id),
        display_name=passport.display_name,
        second_factor=principal.has_second_factor,
        schools=[
            sessions_pb2.SchoolChoice(school_id=str(one.id), name=one.name)
            for one in passport.places.schools
        ],
        municipalities=[
            sessions_pb2.MunicipalityChoice(municipality_id=str(one.id), name=one.name)
            for one in passport.places.municipalities
        ],
    )
    if isinstance(principal, MunicipalityPrincipal):
        view.municipality_id, view.municipality_name = str(place.id), place.name
        view.roles.append(Role.MUNICIPALITY_ADMIN.value)
    else:
        view.school_id, view.school_name = str(place.id), place.name
        view.roles.extend(sorted(role.value for role in principal.roles))
        view.grants.extend(_plain_grant_to_pb(grant) for grant in principal.grants)
    return view


def pupil_view(principal: PupilPrincipal) -> sessions_pb2.PupilView:
    return sessions_pb2.PupilView(
        survey_id=str(principal.survey_id),
        participant_id=str(principal.participant_id),
        write_only=principal.write_only,
    )


def made_to_pb(code: MadeCode) -> codes_pb2.MadeCode:
    return codes_pb2.MadeCode(participant_id=str(code.participant_id), code=code.text)


def code_to_pb(code: ParticipantCode) -> codes_pb2.ParticipantCode:
    return codes_pb2.ParticipantCode(
        participant_id=str(code.participant_id),
        state=CODE_STATES[code.state],
        made_at=timestamp_of(code.made_at),
        is_renewed=code.is_renewed,
    )


def group_to_pb(group: Group) -> roster_pb2.Group:
    return roster_pb2.Group(group_id=str(group.group_id), name=group.name, pupils=group.pupils)


def pupil_to_pb(pupil: Pupil) -> roster_pb2.Pupil:
    return roster_pb2.Pupil(
        pupil_id=str(pupil.pupil_id),
        name=pupil.card.name,
        gender=GENDERS[pupil.card.gender],
        group_ids=[str(group_id) for group_id in pupil.group_ids],
    )


def preview_to_pb(preview: ImportPreview) -> roster_pb2.PrepareImportResponse:
    return roster_pb2.PrepareImportResponse(
        import_id=str(preview.import_id) if preview.import_id else "",
        pupils=[_listed_to_pb(meeting, preview.group_names) for meeting in preview.meetings],
        dropped_columns=preview.dropped_columns,
        bad_rows=[
            roster_pb2.BadRow(row=bad.row, code=bad.code, column=bad.column)
            for bad in preview.bad_rows
        ],
        new_pupils=preview.count(Match.NEW),
        known_pupils=preview.count(Match.KNOWN),
        new_groups=preview.new_groups,
    )


def _listed_to_pb(meeting: Meeting, names: Mapping[GroupId, str]) -> roster_pb2.ImportedPupil:
    candidates = meeting.candidates if meeting.match is Match.AMBIGUOUS else ()
    return roster_pb2.ImportedPupil(
        row=meeting.listed.row,
        name=meeting.listed.card.name,
        gender=GENDERS[meeting.listed.card.gender],
        group_name=meeting.listed.group_name,
        match=MATCHES[meeting.match],
        candidates=[
            roster_pb2.ImportCandidate(
                pupil_id=str(pupil.pupil_id),
                group_names=", ".join(names.get(one, "") for one in pupil.group_ids),
            )
            for pupil in candidates
        ],
    )

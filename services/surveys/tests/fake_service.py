"""Every use case over fakes, with the sentences that tests begin with."""

from datetime import timedelta
from random import Random
from uuid import UUID, uuid4

from samspill_kit.ids import GroupId, MunicipalityId, ParticipantId, SchoolId, SessionId, StaffId
from samspill_kit.principal import (
    Action,
    Grant,
    Level,
    PupilPrincipal,
    Role,
    StaffPrincipal,
)
from samspill_surveys.domain.events import SurveyEvent
from samspill_surveys.domain.participants import ParticipantList
from samspill_surveys.domain.ports import QuestionBank
from samspill_surveys.domain.question import Choice, LegalMode
from samspill_surveys.domain.survey import Survey
from samspill_surveys.usecases.change_survey import ChangeSurvey
from samspill_surveys.usecases.close_survey import CloseSurvey
from samspill_surveys.usecases.create_survey import CreateSurvey
from samspill_surveys.usecases.discard_draft import DiscardDraft
from samspill_surveys.usecases.draft import DraftPlanner, DraftWish
from samspill_surveys.usecases.end_share import EndShare
from samspill_surveys.usecases.erase_survey import EraseSurvey
from samspill_surveys.usecases.get_form import GetForm
from samspill_surveys.usecases.get_survey import GetSurvey
from samspill_surveys.usecases.list_participants import ListParticipants
from samspill_surveys.usecases.list_participations import ListParticipations
from samspill_surveys.usecases.list_surveys import ListSurveys
from samspill_surveys.usecases.lock_survey import LockSurvey
from samspill_surveys.usecases.note_sealing import NoteSealing
from samspill_surveys.usecases.open_survey import OpenSurvey
from samspill_surveys.usecases.refresh_participants import RefreshParticipants
from samspill_surveys.usecases.share_survey import FollowReaders, ShareSurvey
from samspill_surveys.usecases.unlock_survey import UnlockSurvey
from services.surveys.tests.fakes import (
    CountingIds,
    FakeBank,
    FakeDatabase,
    FakeIdentity,
    FakeResponses,
    FakeRetention,
    SetClock,
)

MUNICIPALITY = MunicipalityId(UUID(int=1))
SCHOOL = SchoolId(UUID(int=2))
OTHER_SCHOOL = SchoolId(UUID(int=3))
IDENTITY_NUMBER = "01017012345"


def staff(
    *grants: Grant, role: Role = Role.TEACHER, school: SchoolId = SCHOOL, staff_id: int = 10
) -> StaffPrincipal:
    return StaffPrincipal(
        staff_id=StaffId(UUID(int=staff_id)),
        municipality_id=MUNICIPALITY,
        school_id=school,
        roles=frozenset({role}),
        grants=tuple(grants),
        session_id=SessionId(UUID(int=99)),
    )


TEACHER = staff(Grant(Action.CREATE_SURVEY, None, None))
LEADER = staff(role=Role.LEADER, staff_id=11)
COLLEAGUE = staff(Grant(Action.CREATE_SURVEY, None, None), staff_id=12)
STRANGER = staff(role=Role.LEADER, school=OTHER_SCHOOL, staff_id=13)


def reader_of(group_id: GroupId | None, *, staff_id: int = 14) -> StaffPrincipal:
    return staff(Grant(Action.READ_REPORT, Level.AGGREGATE, group_id), staff_id=staff_id)


def pupil(survey: Survey, participant_id: ParticipantId) -> PupilPrincipal:
    return PupilPrincipal(
        municipality_id=MUNICIPALITY,
        school_id=survey.school_id,
        survey_id=survey.id,
        participant_id=participant_id,
        session_id=SessionId(UUID(int=98)),
        write_only=False,
    )


class FakeService:
    """One school with the class 6A, and the use cases."""

    def __init__(self, bank: QuestionBank | None = None) -> None:
        self.bank = bank or FakeBank()
        self.clock = SetClock()
        self.database = FakeDatabase()
        self.identity = FakeIdentity()
        self.retention = FakeRetention()
        self.responses = FakeResponses(self.clock)
        self.ids = CountingIds()
        self.class_6a = self.identity.given_group("6A", ["Åse", "Ada", "Ørjan", "Zara"])
        self.class_6b = self.identity.given_group("6B", ["Bo", "Siv"])
        self._build()

    def _build(self) -> None:
        begin = self.database.begin
        planner = DraftPlanner(
            self.identity, self.bank, self.ids, lambda text: IDENTITY_NUMBER in text
        )
        drafts = (begin, planner, self.retention, self.identity, self.clock)
        self.create_survey = CreateSurvey(*drafts, Random(1))
        self.change_survey = ChangeSurvey(*drafts)
        self.open_survey = OpenSurvey(
            begin,
            self.identity,
            self.retention,
            self.identity,
            self.responses,
            self.ids,
            self.clock,
        )
        self.refresh_participants = RefreshParticipants(
            begin, self.identity, self.retention, self.responses, self.ids, self.clock
        )
        self.close_survey = CloseSurvey(begin, self.responses)
        self.list_participations = ListParticipations(self.database)
        self.note_sealing = NoteSealing(begin)
        self.discard_draft = DiscardDraft(begin, self.clock)
        follow = FollowReaders(begin, self.identity)
        self.share_survey = ShareSurvey(self.identity, follow)
        self.end_share = EndShare(self.identity, follow)
        self.get_survey = GetSurvey(begin, self.identity)
        self.list_surveys = ListSurveys(self.database)
        self.list_participants = ListParticipants(begin, self.retention)
        self.get_form = GetForm(begin, self.retention, self.clock)
        self.lock_survey = LockSurvey(begin, self.retention, self.clock)
        self.unlock_survey = UnlockSurvey(begin)
        self.erase_survey = EraseSurvey(begin, self.retention, self.clock)

    def wish(self, **changes: object) -> DraftWish:
        asked: dict[str, object] = {
            "title": "Trivsel i 6A",
            "mode": LegalMode.PREVENTIVE,
            "group_ids": (self.class_6a,),
            "closes_at": self.clock.now() + timedelta(days=7),
            "delete_on": None,
            "questions": (),
        }
        return DraftWish(**(asked | changes))  # type: ignore[arg-type]  # Tests name the fields.

    async def given_draft(self, by: StaffPrincipal = TEACHER, **changes: object) -> Survey:
        return await self.create_survey(
            self.wish(**changes), band="5-7", request_key=uuid4(), by=by
        )

    async def given_open(self, by: StaffPrincipal = TEACHER, **changes: object) -> Survey:
        return await self.open_survey((await self.given_draft(by, **changes)).id, by=by)

    def stored(self, survey: Survey) -> Survey:
        return self.database.shelf(survey.school_id).surveys[survey.id]

    def list_of(self, survey: Survey) -> ParticipantList:
        return self.database.shelf(survey.school_id).lists[survey.id]

    @property
    def events(self) -> list[SurveyEvent]:
        return self.database.shelf(SCHOOL).events


def asked(*keys: str) -> tuple[Choice, ...]:
    return tuple(Choice(key) for key in keys)

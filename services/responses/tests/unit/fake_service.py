"""The use cases of responses over fakes."""

from uuid import UUID

from samspill_kit.ids import MunicipalityId, ParticipantId, SessionId, StaffId
from samspill_kit.principal import Action, Grant, Level, Permit, PupilPrincipal, StaffPrincipal
from samspill_responses.domain.answers import Answer, Change, Value
from samspill_responses.domain.ids import PageId, QuestionId
from samspill_responses.usecases.change_participants import ChangeParticipants
from samspill_responses.usecases.keep_answers import KeepAnswers, PageChange
from samspill_responses.usecases.list_answers import ListAnswers
from samspill_responses.usecases.lock_survey import LockSurvey, UnlockSurvey
from samspill_responses.usecases.prepare_survey import PrepareSurvey
from samspill_responses.usecases.read_page import ReadPage
from samspill_responses.usecases.save_answers import SaveAnswers
from samspill_responses.usecases.seal_survey import SealSurvey
from samspill_responses.usecases.submit_answers import SubmitAnswers
from samspill_responses.usecases.withdraw_answers import WithdrawAnswers
from services.responses.tests.fakes import (
    FakeAcceptances,
    FakeSeals,
    FakeSurveys,
    StoppedClock,
)
from services.responses.tests.sample import NOW, PAGE, SchoolClass

MUNICIPALITY = MunicipalityId(UUID(int=500))
READER = StaffId(UUID(int=501))


class FakeService:
    """One prepared class, and everything a pupil, surveys or reports may ask."""

    def __init__(self) -> None:
        self.clock = StoppedClock(NOW)
        self.school_class = SchoolClass()
        self.kept = FakeSurveys(self.clock)
        self.acceptances = FakeAcceptances(self.kept)
        self.seals = FakeSeals()
        keep = KeepAnswers(self.kept, self.acceptances, self.seals)
        self.prepare_survey = PrepareSurvey(self.kept.begin, self.acceptances)
        self.change_participants = ChangeParticipants(self.kept.begin, self.acceptances)
        self.seal_survey = SealSurvey(self.kept.begin, self.clock)
        self.lock_survey = LockSurvey(self.kept.begin, self.acceptances, self.seals, self.clock)
        self.unlock_survey = UnlockSurvey(self.kept.begin)
        self.save_answers = SaveAnswers(keep, self.clock)
        self.submit_answers = SubmitAnswers(keep, self.clock)
        self.withdraw_answers = WithdrawAnswers(self.kept, self.clock)
        self.read_page = ReadPage(self.kept, self.seals)
        self.list_answers = ListAnswers(self.kept, self.seals)

    def pupil(
        self, participant: ParticipantId | None = None, session: SessionId | None = None
    ) -> PupilPrincipal:
        of = self.school_class
        return PupilPrincipal(
            municipality_id=MUNICIPALITY,
            school_id=of.school_id,
            survey_id=of.survey_id,
            participant_id=participant or of.nora,
            session_id=session or of.session,
            write_only=session is not None,
        )

    def reader(self) -> StaffPrincipal:
        return StaffPrincipal(
            staff_id=READER,
            municipality_id=MUNICIPALITY,
            school_id=self.school_class.school_id,
            roles=frozenset(),
            grants=(Grant(Action.READ_REPORT, Level.AGGREGATE, self.school_class.group),),
            session_id=self.school_class.session,
        )

    async def answered(self, by: PupilPrincipal) -> dict[QuestionId, Value | None]:
        page = await self.read_page(by=by)
        return {answer.question_id: answer.value for answer in page.answers}


def change(
    answers: dict[QuestionId, Change], *, sequence: int = 1, page: PageId = PAGE
) -> PageChange:
    listed = tuple(Answer(question, value) for question, value in answers.items())
    return PageChange(page, sequence, list_version=1, answers=listed)


__all__ = ["READER", "FakeService", "Level", "Permit", "change"]

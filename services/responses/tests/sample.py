"""One class and its questions, with made-up ids, for every suite."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from stdnum.no.fodselsnummer import calc_check_digit1, calc_check_digit2

from samspill_kit.ids import GroupId, ParticipantId, SchoolId, SessionId, StaffId, SurveyId
from samspill_responses.domain.acceptance import AcceptedParticipant, AcceptedQuestion
from samspill_responses.domain.answers import AnswerKind, Recorded, Skipped, Value
from samspill_responses.domain.ids import PageId, QuestionId
from samspill_responses.domain.saving import Save, SealedAnswer, Submission, Writer
from samspill_responses.domain.survey import Keepers, Preparation

NOW = datetime.now(UTC).replace(microsecond=0)

RECESS = QuestionId(UUID(int=1))
SUBJECTS = QuestionId(UUID(int=2))
WORDS = QuestionId(UUID(int=3))
FRIENDS = QuestionId(UUID(int=4))

QUESTIONS = (
    AcceptedQuestion(RECESS, AnswerKind.ONE_OPTION, frozenset({"good", "quite_good", "bad"})),
    AcceptedQuestion(SUBJECTS, AnswerKind.SEVERAL_OPTIONS, frozenset({"maths", "music", "art"})),
    AcceptedQuestion(WORDS, AnswerKind.TEXT),
    AcceptedQuestion(FRIENDS, AnswerKind.NOMINATION, max_nominees=2),
)


@dataclass(frozen=True)
class SchoolClass:
    """A survey of four pupils, one of them in another participant group; ids are new each time."""

    school_id: SchoolId = field(default_factory=lambda: SchoolId(uuid4()))
    survey_id: SurveyId = field(default_factory=lambda: SurveyId(uuid4()))
    nora: ParticipantId = field(default_factory=lambda: ParticipantId(uuid4()))
    ali: ParticipantId = field(default_factory=lambda: ParticipantId(uuid4()))
    eva: ParticipantId = field(default_factory=lambda: ParticipantId(uuid4()))
    stranger: ParticipantId = field(default_factory=lambda: ParticipantId(uuid4()))
    creator: StaffId = field(default_factory=lambda: StaffId(uuid4()))
    group: GroupId = field(default_factory=lambda: GroupId(uuid4()))
    session: SessionId = field(default_factory=lambda: SessionId(uuid4()))

    def preparation(
        self, *, closes_at: datetime | None = None, list_version: int = 1
    ) -> Preparation:
        return Preparation(
            self.school_id,
            self.survey_id,
            QUESTIONS,
            self.participants(),
            list_version,
            closes_at=closes_at or NOW + timedelta(days=7),
            delete_on=date(2050, 6, 30),
            ceiling_on=date(2054, 6, 30),
            keepers=Keepers(self.creator, (self.group,)),
        )

    def participants(
        self, *, without: ParticipantId | None = None
    ) -> tuple[AcceptedParticipant, ...]:
        groups = {self.nora: 1, self.ali: 1, self.eva: 1, self.stranger: 2}
        return tuple(AcceptedParticipant(id_, g) for id_, g in groups.items() if id_ != without)

    def writer(
        self, participant: ParticipantId | None = None, session: SessionId | None = None
    ) -> Writer:
        return Writer(
            self.school_id, self.survey_id, participant or self.nora, session or self.session
        )


PAGE = PageId(UUID(int=77))
OTHER_PAGE = PageId(UUID(int=78))


def mask(question_id: QuestionId) -> bool:
    """A mask as the key would give it; any fixed bit serves."""
    return bool(question_id.value.int & 1)


def sealed(question_id: QuestionId, ciphertext: bytes, *, is_skipped: bool = False) -> SealedAnswer:
    return SealedAnswer(question_id, ciphertext, is_skipped != mask(question_id))


def a_save(
    writer: Writer,
    *answers: SealedAnswer,
    sequence: int = 1,
    page: PageId = PAGE,
    version: int = 2,
    cleared: tuple[QuestionId, ...] = (),
    at: datetime = NOW,
) -> Save:
    return Save(writer, page, sequence, version, answers, cleared, at)


def submission(*, declines: bool = False) -> Submission:
    return Submission(declines, {question.id: mask(question.id) for question in QUESTIONS})


def recorded(value: Value = Skipped(), list_version: int = 1) -> Recorded:  # noqa: B008
    return Recorded(value, list_version)


def made_up_number() -> str:
    """Looks like a birth number and is made up."""
    nine = "010203458"
    ten = nine + calc_check_digit1(nine)
    return ten + calc_check_digit2(ten)

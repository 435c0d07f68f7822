"""What decides whether an answer is accepted (SPEC S3, S4, R4); never permission."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from samspill_kit.ids import ParticipantId, SchoolId, SurveyId
from samspill_kit.national_identity import carries_national_identity_number
from samspill_responses.domain.answers import (
    Answer,
    AnswerKind,
    Change,
    Cleared,
    Nobody,
    Nominees,
    Option,
    Options,
    Skipped,
    Text,
)
from samspill_responses.domain.errors import (
    AnswerKindWrong,
    ListVersionUnknown,
    NationalIdentityNumber,
    NomineeUnknown,
    OptionUnknown,
    ParticipantNotFound,
    QuestionAnsweredTwice,
    QuestionUnknown,
    TooManyNominees,
)
from samspill_responses.domain.ids import QuestionId

TAKES: Mapping[AnswerKind, tuple[type[Change], ...]] = {
    AnswerKind.ONE_OPTION: (Option,),
    AnswerKind.SEVERAL_OPTIONS: (Options,),
    AnswerKind.TEXT: (Text,),
    AnswerKind.NOMINATION: (Nominees, Nobody),
}


@dataclass(frozen=True, slots=True)
class AcceptedQuestion:
    """One question and what may be answered to it; `max_nominees` is 0 for no maximum."""

    id: QuestionId
    kind: AnswerKind
    option_keys: frozenset[str] = frozenset()
    max_nominees: int = 0


@dataclass(frozen=True, slots=True)
class AcceptedParticipant:
    """Who takes part, and inside which participant group they choose."""

    id: ParticipantId
    group: int


@dataclass(frozen=True, slots=True)
class Membership:
    """One participant's place in the lists: in every version from `since` until before `until`."""

    group: int
    since: int
    until: int | None = None

    def is_in(self, list_version: int) -> bool:
        return self.since <= list_version and (self.until is None or list_version < self.until)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Everything that an answer is held against; `version` grows with every change of it."""

    school_id: SchoolId
    survey_id: SurveyId
    version: int
    list_version: int
    questions: Mapping[QuestionId, AcceptedQuestion]
    memberships: Mapping[ParticipantId, Membership]

    def check(self, answers: Iterable[Answer], *, by: ParticipantId, list_version: int) -> None:
        """Refuse what the form or the list of participants does not allow.

        A pupil may choose whoever stood in the list that the page showed, also one who has since
        left.
        """
        own = self.memberships.get(by)
        if own is None or own.until is not None:
            raise ParticipantNotFound()
        if not 0 <= list_version <= self.list_version:
            raise ListVersionUnknown(list_version=str(self.list_version))
        seen: set[QuestionId] = set()
        for answer in answers:
            if answer.question_id in seen:
                raise QuestionAnsweredTwice(question_id=str(answer.question_id))
            seen.add(answer.question_id)
            self._check_one(answer, by, own.group, list_version)

    def _check_one(self, answer: Answer, by: ParticipantId, group: int, shown: int) -> None:
        question = self.questions.get(answer.question_id)
        if question is None:
            raise QuestionUnknown(question_id=str(answer.question_id))
        if isinstance(answer.change, Skipped | Cleared):
            return
        if not isinstance(answer.change, TAKES[question.kind]):
            raise AnswerKindWrong(question_id=str(question.id))
        match answer.change:
            case Option(key):
                _check_options((key,), question)
            case Options(keys):
                _check_options(keys, question)
            case Text(text) if carries_national_identity_number(text):
                raise NationalIdentityNumber(question_id=str(question.id))
            case Nominees(chosen):
                self._check_nominees(chosen, question, by, group, shown)

    def _check_nominees(
        self,
        chosen: tuple[ParticipantId, ...],
        question: AcceptedQuestion,
        by: ParticipantId,
        group: int,
        shown: int,
    ) -> None:
        if question.max_nominees and len(chosen) > question.max_nominees:
            raise TooManyNominees(question_id=str(question.id), maximum=str(question.max_nominees))
        if len(set(chosen)) < len(chosen) or not all(
            nominee != by and self._could_choose(nominee, group, shown) for nominee in chosen
        ):
            raise NomineeUnknown(question_id=str(question.id))

    def _could_choose(self, nominee: ParticipantId, group: int, shown: int) -> bool:
        membership = self.memberships.get(nominee)
        return membership is not None and membership.group == group and membership.is_in(shown)


def _check_options(keys: tuple[str, ...], question: AcceptedQuestion) -> None:
    if not keys or not question.option_keys.issuperset(keys) or len(set(keys)) < len(keys):
        raise OptionUnknown(question_id=str(question.id))

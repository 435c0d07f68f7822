"""The questions of one survey, chosen from the catalogue, and what a legal mode forbids."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from samspill_kit.ids import EntityId
from samspill_surveys.domain.errors import (
    MaximumWithoutNomination,
    NoQuestions,
    QuestionNotAllowedInPreventiveMode,
    QuestionRepeated,
    SuspicionModeNotReady,
)


class QuestionId(EntityId):
    """A question inside one survey."""

    __slots__ = ()


class LegalMode(Enum):
    """Why a survey may be held (SPEC S5)."""

    PREVENTIVE = "preventive"
    SUSPICION = "suspicion"


@dataclass(frozen=True, slots=True)
class BankQuestion:
    """What the rules need to know of a catalogue entry; its words stay in the catalogue."""

    key: str
    version: int
    is_nomination: bool
    names_peers: bool
    is_negative: bool
    max_nominees: int
    """0 for no maximum."""

    is_free_text: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A question that somebody wants in a survey."""

    key: str
    max_nominees: int | None = None


@dataclass(frozen=True, slots=True)
class ChosenQuestion:
    """A catalogue entry of a fixed version, inside a survey."""

    question_id: QuestionId
    entry: BankQuestion
    max_nominees: int


def choose(
    choices: Sequence[Choice],
    *,
    entry_of: Callable[[str], BankQuestion],
    known: Iterable[ChosenQuestion],
    new_id: Callable[[], QuestionId],
) -> tuple[ChosenQuestion, ...]:
    """The chosen questions in their order; one that the survey asks already keeps its id and
    version.

    Raises QuestionUnknown (from `entry_of`), QuestionRepeated, MaximumWithoutNomination,
    NoQuestions.
    """
    if not choices:
        raise NoQuestions
    asked = {question.entry.key: question for question in known}
    chosen: dict[str, ChosenQuestion] = {}
    for choice in choices:
        if choice.key in chosen:
            raise QuestionRepeated(catalogue_key=choice.key)
        before = asked.get(choice.key)
        entry = before.entry if before else entry_of(choice.key)
        question_id = before.question_id if before else new_id()
        chosen[choice.key] = ChosenQuestion(question_id, entry, _maximum(choice, entry))
    return tuple(chosen.values())


def _maximum(choice: Choice, entry: BankQuestion) -> int:
    if choice.max_nominees is None:
        return entry.max_nominees
    if not entry.is_nomination:
        raise MaximumWithoutNomination(catalogue_key=entry.key)
    return choice.max_nominees


def demand_allowed(questions: Iterable[ChosenQuestion], mode: LegalMode) -> None:
    """Refuse what the mode forbids (SPEC S5): also for a copied or imported survey, so check it at
    every step.
    """
    if mode is LegalMode.SUSPICION:
        raise SuspicionModeNotReady
    for question in questions:
        if question.entry.names_peers and question.entry.is_negative:
            raise QuestionNotAllowedInPreventiveMode(catalogue_key=question.entry.key)

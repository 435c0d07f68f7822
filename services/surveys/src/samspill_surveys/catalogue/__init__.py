"""The question bank and the ready sets, in three languages and three grade bands (SPEC S1, S2)."""

from functools import cache

from samspill_surveys.catalogue.entries import (
    BANDS,
    KINDS,
    LANGUAGES,
    THEMES,
    VALENCES,
    BandUnknown,
    Bank,
    CatalogueBroken,
    LocalText,
    Option,
    Question,
    QuestionNotInBank,
    QuestionSet,
    Wording,
)
from samspill_surveys.catalogue.reading import Catalogue, read_catalogue

__all__ = [
    "BANDS",
    "KINDS",
    "LANGUAGES",
    "THEMES",
    "VALENCES",
    "BandUnknown",
    "Bank",
    "CatalogueBroken",
    "LocalText",
    "Option",
    "Question",
    "QuestionNotInBank",
    "QuestionSet",
    "Wording",
    "further_questions",
    "load_bank",
    "question",
    "ready_set",
]


def load_bank() -> Bank:
    """The newest version of every question, by theme, and the newest ready sets.

    Raises CatalogueBroken when a file of this package breaks a rule.
    """
    return _catalogue().newest


def ready_set(band: str) -> QuestionSet:
    """The newest ready set of a band (SPEC S2). Raises BandUnknown."""
    for ready in load_bank().sets:
        if ready.band == band:
            return ready
    raise BandUnknown(band)


def further_questions(band: str) -> tuple[Question, ...]:
    """What can be added to the band's ready set, in the bank's order. Raises BandUnknown.

    Questions for suspicion mode alone are among them and say so (SPEC S5).
    """
    ready = {asked.key for asked in ready_set(band).questions}
    return tuple(entry for entry in load_bank().questions if entry.key not in ready)


def question(key: str, version: int | None = None) -> Question:
    """One question, the newest unless a version is named. Raises QuestionNotInBank.

    A version that was once released stays, since surveys refer to it.
    """
    return _catalogue().find(key, version)


@cache
def _catalogue() -> Catalogue:
    return read_catalogue()

"""The question bank over the catalogue's files."""

from collections.abc import Sequence

from samspill_surveys import catalogue
from samspill_surveys.domain.errors import QuestionUnknown
from samspill_surveys.domain.question import BankQuestion


class CatalogueBank:
    """What the rules need to know of each catalogue entry (SPEC S1, S2)."""

    def entry(self, key: str, version: int | None = None) -> BankQuestion:
        """One entry, the newest unless a version is named. Raises QuestionUnknown."""
        try:
            return _entry_of(catalogue.question(key, version))
        except catalogue.QuestionNotInBank:
            # The key came from outside and may be anything, so it is not repeated.
            raise QuestionUnknown from None

    def ready_set(self, band: str) -> Sequence[BankQuestion]:
        """The ready set of a band in its fixed order."""
        return [_entry_of(question) for question in catalogue.ready_set(band).questions]


def _entry_of(question: catalogue.Question) -> BankQuestion:
    return BankQuestion(
        key=question.key,
        version=question.version,
        is_nomination=question.is_nomination,
        names_peers=question.names_peers,
        is_negative=question.is_negative,
        max_nominees=question.max_nominees,
        is_free_text=question.kind == "free_text",
    )

"""One transaction of the surveys service."""

from collections.abc import Callable

from samspill_kit.db import Database, UnitOfWork
from samspill_kit.facts import Fact
from samspill_kit.ids import SchoolId
from samspill_surveys.domain.events import SurveyEvent
from samspill_surveys.domain.ports import QuestionBank
from samspill_surveys.storage.erasures import SqlErasures
from samspill_surveys.storage.participants import SqlParticipantLists
from samspill_surveys.storage.surveys import SqlSurveys

Encode = Callable[[SurveyEvent], Fact]


class SurveysUnitOfWork(UnitOfWork):
    """Surveys, lists and locks of one school, with the facts that they record."""

    surveys: SqlSurveys
    lists: SqlParticipantLists
    erasures: SqlErasures

    def __init__(
        self, database: Database, school_id: SchoolId, *, bank: QuestionBank, encode: Encode
    ) -> None:
        super().__init__(database, school_id)
        self._bank = bank
        self._encode = encode

    def opened(self) -> None:
        """Make the repositories of this transaction."""
        self.surveys = SqlSurveys(
            self.session,
            self.school_id,
            bank=self._bank,
            note=lambda event: self.outbox.add(self._encode(event)),
        )
        self.lists = SqlParticipantLists(self.session, self.school_id)
        self.erasures = SqlErasures(self.session, self.school_id)

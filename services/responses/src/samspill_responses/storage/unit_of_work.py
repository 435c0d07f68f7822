"""One transaction in one school's scope, with its facts."""

from collections.abc import Callable

from samspill_kit.aggregate import Aggregate
from samspill_kit.db import Database, UnitOfWork
from samspill_kit.facts import Fact
from samspill_kit.ids import SchoolId
from samspill_responses.domain.survey import PreparedSurvey
from samspill_responses.storage.locks import SqlLocks
from samspill_responses.storage.surveys import SqlSurveys

FactOf = Callable[[object], Fact]


class ResponsesWork(UnitOfWork):
    """The repositories of one transaction."""

    surveys: SqlSurveys
    locks: SqlLocks

    def __init__(self, database: Database, school_id: SchoolId, fact_of: FactOf) -> None:
        super().__init__(database, school_id)
        self._fact_of = fact_of

    def opened(self) -> None:
        """Make the repositories."""
        self.surveys = SqlSurveys(self.session, self.school_id)
        self.locks = SqlLocks(self.session, self.school_id)

    async def save(self, aggregate: Aggregate) -> None:
        """Store the survey and, with it, every fact it has recorded."""
        if not isinstance(aggregate, PreparedSurvey):
            raise TypeError(f"Not stored here: {type(aggregate).__name__}")
        await self.surveys.upsert(aggregate)
        for event in aggregate.take_events():
            self.note(event)

    def note(self, event: object) -> None:
        """Tell the fact if, and only if, the transaction commits."""
        self.outbox.add(self._fact_of(event))


Begin = Callable[[SchoolId], ResponsesWork]

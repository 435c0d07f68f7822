"""The real storage as tests use it: the app role's transactions and the jobs role's door."""

from samspill_kit.db import Database
from samspill_kit.ids import RandomIds, SchoolId
from samspill_surveys.messaging.publish import Encoder
from samspill_surveys.storage.overdue import SqlOverdueSurveys
from samspill_surveys.storage.queries import SqlSurveyIndex
from samspill_surveys.storage.unit_of_work import SurveysUnitOfWork
from services.surveys.tests.fakes import FakeBank


class SqlStorage:
    """PostgreSQL with the question bank of the fakes."""

    def __init__(self, app: Database, jobs: Database) -> None:
        self.app = app
        self.jobs = jobs
        self.index = SqlSurveyIndex(app)
        self.overdue = SqlOverdueSurveys(jobs)
        self._encode = Encoder(RandomIds())

    def begin(self, school_id: SchoolId) -> SurveysUnitOfWork:
        return SurveysUnitOfWork(self.app, school_id, bank=FakeBank(), encode=self._encode)

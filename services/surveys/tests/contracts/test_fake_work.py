"""The fake storage keeps the promises that unit tests build on."""

from dataclasses import dataclass

import pytest

from samspill_surveys.domain.ports import Begin, SurveyIndex
from services.surveys.tests.contracts.work_port import WorkContract
from services.surveys.tests.fakes import FakeDatabase


@dataclass
class FakeStorage:
    begin: Begin
    index: SurveyIndex


class TestFakeWork(WorkContract):
    @pytest.fixture
    def storage(self) -> FakeStorage:
        database = FakeDatabase()
        return FakeStorage(database.begin, database)

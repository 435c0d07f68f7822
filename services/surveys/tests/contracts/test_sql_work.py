"""PostgreSQL keeps the same promises as the fake."""

import pytest

from services.surveys.tests.contracts.work_port import WorkContract
from services.surveys.tests.sql_storage import SqlStorage


class TestSqlWork(WorkContract):
    @pytest.fixture
    def storage(self, sql_storage: SqlStorage) -> SqlStorage:
        return sql_storage

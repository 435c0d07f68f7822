"""The fake and PostgreSQL keep the same promises about sign-ins."""

from datetime import timedelta

import pytest

from samspill_identity.clients.retention import Pepper
from samspill_identity.storage.sessions import SqlStaffSessions
from samspill_kit.crypto import IssuedKey
from samspill_kit.db import Database
from samspill_kit.ids import SchoolId, SurveyId
from services.identity.tests.contracts.staff_sessions_port import StaffSessionsContract
from services.identity.tests.fakes import FakeStaffSessions


async def a_pepper(_nobody: SchoolId, _nothing: SurveyId) -> IssuedKey:
    return IssuedKey(b"p" * 32, timedelta(minutes=60))


class TestFakeStaffSessions(StaffSessionsContract):
    @pytest.fixture
    def sessions(self) -> FakeStaffSessions:
        return FakeStaffSessions()


class TestSqlStaffSessions(StaffSessionsContract):
    @pytest.fixture
    def sessions(self, app: Database) -> SqlStaffSessions:
        return SqlStaffSessions(app, Pepper(a_pepper))

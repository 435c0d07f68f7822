"""The fake and PostgreSQL keep the same promises about shares."""

import pytest

from samspill_identity.storage.unit_of_work import IdentityUnitOfWork
from samspill_kit.db import Database
from services.identity.tests.contracts.shares_port import Place, SharesContract
from services.identity.tests.fake_school import FakeSchool


class TestFakeShares(SharesContract):
    @pytest.fixture
    async def place(self) -> Place:
        return await Place(FakeSchool().begin).prepared()


class TestSqlShares(SharesContract):
    @pytest.fixture
    async def place(self, app: Database) -> Place:
        return await Place(lambda school_id: IdentityUnitOfWork(app, school_id)).prepared()

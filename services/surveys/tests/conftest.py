"""What every test of the surveys service may ask for."""

import pytest

from services.surveys.tests.fake_service import FakeService


@pytest.fixture
def service() -> FakeService:
    return FakeService()

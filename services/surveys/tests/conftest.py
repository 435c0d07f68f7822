"""What every test of the surveys service may ask for."""

import pytest

from samspill_surveys.domain.bank import CatalogueBank
from services.surveys.tests.fake_service import FakeService


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture
def catalogue_service() -> FakeService:
    """The same with the real question bank."""
    return FakeService(CatalogueBank())

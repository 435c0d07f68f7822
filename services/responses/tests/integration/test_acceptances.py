"""What is remembered of a survey between saves (ARCHITECTURE 5)."""

import asyncio

import pytest

from samspill_kit.ids import SchoolId, SurveyId
from samspill_responses.domain.acceptance import Acceptance
from samspill_responses.domain.errors import SurveyNotFound
from samspill_responses.storage.acceptances import RememberedAcceptances
from services.responses.tests.sample import SchoolClass
from services.responses.tests.storage import Storage


class Counted(RememberedAcceptances):
    """Counts how often the database is asked."""

    readings = 0

    async def reload(self, school_id: SchoolId, survey_id: SurveyId) -> Acceptance:
        self.readings += 1
        return await super().reload(school_id, survey_id)


async def test_a_class_that_begins_at_once_has_its_survey_read_once(storage: Storage) -> None:
    school_class, acceptances = SchoolClass(), Counted(storage.app)
    await storage.prepare(school_class.preparation())
    ref = school_class.school_id, school_class.survey_id
    read = await asyncio.gather(*(acceptances.of(*ref) for _ in range(30)))
    assert len({id(each) for each in read}) == 1
    assert acceptances.readings == 1


async def test_a_survey_that_was_not_there_is_looked_for_again(storage: Storage) -> None:
    school_class, acceptances = SchoolClass(), Counted(storage.app)
    ref = school_class.school_id, school_class.survey_id
    with pytest.raises(SurveyNotFound):
        await acceptances.of(*ref)
    await storage.prepare(school_class.preparation())
    assert await acceptances.of(*ref)


async def test_what_was_forgotten_is_read_anew(storage: Storage) -> None:
    school_class, acceptances = SchoolClass(), Counted(storage.app)
    await storage.prepare(school_class.preparation())
    ref = school_class.school_id, school_class.survey_id
    await acceptances.of(*ref)
    acceptances.forget(school_class.survey_id)
    await acceptances.of(*ref)
    assert acceptances.readings == 2

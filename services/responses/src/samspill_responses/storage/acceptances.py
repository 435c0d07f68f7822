"""What decides acceptance, kept in memory between saves; never permission."""

import asyncio
from collections import OrderedDict
from typing import Final
from weakref import WeakValueDictionary

from samspill_kit.db import Database
from samspill_kit.ids import SchoolId, SurveyId
from samspill_responses.domain.acceptance import Acceptance
from samspill_responses.domain.errors import SurveyNotFound
from samspill_responses.storage.surveys import demand_usable, hold, read_survey

_REMEMBERED: Final = 500
"""Surveys; a class of 30 with 28 questions takes about 20 kB, so 10 MB at the most in practice."""


class RememberedAcceptances:
    """The surveys used last; a save that meets a newer version has it read again."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: OrderedDict[tuple[SchoolId, SurveyId], Acceptance] = OrderedDict()
        self._first_readings: WeakValueDictionary[SurveyId, asyncio.Lock] = WeakValueDictionary()

    async def of(self, school_id: SchoolId, survey_id: SurveyId) -> Acceptance:
        known = self._known.get((school_id, survey_id))
        if known is None:
            return await self._read_once(school_id, survey_id)
        self._known.move_to_end((school_id, survey_id))
        return known

    async def _read_once(self, school_id: SchoolId, survey_id: SurveyId) -> Acceptance:
        """A class that begins at once has its survey read once; the others wait for that."""
        reading = self._first_readings.setdefault(survey_id, asyncio.Lock())
        async with reading:
            known = self._known.get((school_id, survey_id))
            return known or await self.reload(school_id, survey_id)

    async def reload(self, school_id: SchoolId, survey_id: SurveyId) -> Acceptance:
        async with self._database.scope([school_id]) as session:
            await hold(session, survey_id, alone=False)
            await demand_usable(session, school_id, survey_id)
            survey = await read_survey(session, school_id, survey_id)
        if survey is None:
            raise SurveyNotFound()
        self._known[(school_id, survey_id)] = survey.acceptance
        self._known.move_to_end((school_id, survey_id))
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return survey.acceptance

    def forget(self, survey_id: SurveyId) -> None:
        for key in [key for key in self._known if key[1] == survey_id]:
            del self._known[key]

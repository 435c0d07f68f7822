"""Keys are handed to the one service that each is for (SPEC P1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from samspill_kit.ids import SchoolId, SurveyId
from samspill_retention.domain.errors import PurposeNotForCaller, SurveyIsLocked, SurveyNotFound
from samspill_retention.domain.ports import Begin, KeyStore

OWNER_OF_PURPOSE: Final = {
    "participants": "surveys",
    "notes": "surveys",
    "answers": "responses",
    "follow_ups": "reports",
}
"""ARCHITECTURE, keys and death: a sub-key is given to the named service alone."""

Derive = Callable[[bytes, str], bytes]
"""HKDF of a 32-byte key for a purpose."""


@dataclass(frozen=True, slots=True)
class IssueSurveyKey:
    """Gives a sub-key of a survey that nobody has asked to delete."""

    begin: Begin
    keys: KeyStore
    derive: Derive

    async def __call__(
        self, school_id: SchoolId, survey_id: SurveyId, purpose: str, *, caller: str
    ) -> bytes:
        if OWNER_OF_PURPOSE[purpose] != caller:
            raise PurposeNotForCaller(purpose=purpose, caller=caller)
        async with self.begin(school_id) as work:
            if await work.lifetimes.find(survey_id) is None:
                raise SurveyNotFound(survey_id=str(survey_id))
            deletion = await work.deletions.find(survey_id)
        if deletion and not deletion.taken_back_at:
            raise SurveyIsLocked(survey_id=str(survey_id))
        return self.derive(await self.keys.survey_key(survey_id), purpose)


@dataclass(frozen=True, slots=True)
class IssueIdentityKeys:
    """The school's roster key and the pepper of codes; identity alone asks for them."""

    keys: KeyStore

    async def school_key(self, school_id: SchoolId) -> bytes:
        return await self.keys.school_key(school_id)

    async def pepper(self) -> bytes:
        return await self.keys.pepper()

"""A survey's form, the same for every pupil of it, kept in memory for a minute (ARCHITECTURE: hot path)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from jinja2 import Environment

from samspill_kit.clock import Clock

from .question_sheet import QuestionSheet
from .visitors import Visitor


class FormSource(Protocol):
    async def form(self, visitor: Visitor) -> Any:
        """Return the form of the visitor's survey."""


@dataclass(slots=True)
class KeptForm:
    """A form with its questions as drawn so far; both are forgotten together."""

    form: Any
    until: datetime
    sheets: dict[str, QuestionSheet] = field(default_factory=dict)

    def sheet(self, language: str, environment: Environment) -> QuestionSheet:
        """Return the form's questions in one language, drawn when first asked for."""
        if language not in self.sheets:
            self.sheets[language] = QuestionSheet(environment, len(self.form.questions))
        return self.sheets[language]


class Forms:
    """Never permission: each save and each page's answers are checked by their own service."""

    def __init__(self, source: FormSource, clock: Clock, *, keep_for: timedelta) -> None:
        self._source = source
        self._clock = clock
        self._keep_for = keep_for
        self._kept: dict[str, KeptForm] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def of(self, survey_id: str, visitor: Visitor) -> KeptForm:
        """Return the kept form; thirty pupils who begin at once ask for it once."""
        kept = self._fresh(survey_id)
        if kept:
            return kept
        async with self._locks.setdefault(survey_id, asyncio.Lock()):
            kept = self._fresh(survey_id)
            if kept is None:
                form = await self._source.form(visitor)
                kept = KeptForm(form, self._clock.now() + self._keep_for)
                self._kept[survey_id] = kept
                self._drop_old()
        return kept

    def _fresh(self, survey_id: str) -> KeptForm | None:
        kept = self._kept.get(survey_id)
        return kept if kept and kept.until > self._clock.now() else None

    def _drop_old(self) -> None:
        now = self._clock.now()
        for survey_id in [key for key, kept in self._kept.items() if kept.until <= now]:
            del self._kept[survey_id]
            self._locks.pop(survey_id, None)

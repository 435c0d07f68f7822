"""What reports asks of the world, in memory, with the order in which it asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from samspill_kit.errors import DomainError
from samspill_kit.ids import SchoolId, SurveyId
from samspill_reports.domain.material import Level, Material, Participant
from samspill_reports.domain.ports import Permit, RecordedAnswers, SurveyForm


class FakeLocks:
    """Contract: tests/contracts/locks_port.py."""

    def __init__(self) -> None:
        self.locked: set[tuple[SchoolId, SurveyId]] = set()
        self.erased: set[tuple[SchoolId, SurveyId]] = set()

    async def is_locked(self, school_id: SchoolId, survey_id: SurveyId) -> bool:
        return (school_id, survey_id) in self.locked | self.erased

    async def lock(self, school_id: SchoolId, survey_id: SurveyId, *, at: datetime) -> None:
        self.locked.add((school_id, survey_id))

    async def unlock(self, school_id: SchoolId, survey_id: SurveyId) -> None:
        self.locked.discard((school_id, survey_id))

    async def mark_erased(self, school_id: SchoolId, survey_id: SurveyId, *, at: datetime) -> None:
        self.erased.add((school_id, survey_id))


@dataclass
class FakeNeighbours:
    """Surveys, identity and responses around one material."""

    material: Material
    is_closed: bool = True
    granted: Level = Level.FREE_TEXT
    refuses_permit: DomainError | None = None
    asked: list[str] = field(default_factory=list)
    levels: list[Level] = field(default_factory=list)

    async def form(self, survey_id: str, locale: str) -> SurveyForm:
        self.asked.append("form")
        told = self.material
        return SurveyForm(
            survey_id=survey_id,
            title=told.title,
            is_closed=self.is_closed,
            mode=told.mode,
            groups=told.groups,
            questions=told.questions,
            delete_on=told.delete_on,
            closed_at=told.closed_at,
        )

    async def participants(self, survey_id: str) -> Sequence[Participant]:
        self.asked.append("participants")
        return self.material.participants

    async def issue(
        self, survey_id: str, *, level: Level, participants: Sequence[str], purpose: str
    ) -> Permit:
        self.asked.append(f"permit {purpose}")
        self.levels.append(level)
        if self.refuses_permit:
            raise self.refuses_permit
        order = list(Level)
        return Permit("token", min(level, self.granted, key=order.index))

    async def of(self, survey_id: str, permit: Permit) -> RecordedAnswers:
        self.asked.append("answers")
        return RecordedAnswers(self.material.answers, dict(self.material.states))

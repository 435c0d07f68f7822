"""From what a creator asks for to a checked plan; shared by making and changing a draft."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from samspill_kit.ids import GroupId, IdFactory
from samspill_surveys.domain.errors import GroupUnknown, TitleHoldsNationalIdentityNumber
from samspill_surveys.domain.lifetime import Lifetime
from samspill_surveys.domain.ports import QuestionBank, Rosters
from samspill_surveys.domain.question import Choice, ChosenQuestion, LegalMode, QuestionId, choose
from samspill_surveys.domain.survey import Plan, SurveyGroup


@dataclass(frozen=True, slots=True)
class DraftWish:
    """A draft as the page sends it."""

    title: str
    mode: LegalMode
    group_ids: tuple[GroupId, ...]
    closes_at: datetime
    delete_on: date | None
    questions: tuple[Choice, ...]
    """Empty: the ready set of the band (SPEC S2)."""


@dataclass(frozen=True, slots=True)
class DraftPlanner:
    """Turns a wish into a plan."""

    rosters: Rosters
    bank: QuestionBank
    ids: IdFactory
    holds_identity_number: Callable[[str], bool]

    async def groups(self, group_ids: Sequence[GroupId]) -> tuple[SurveyGroup, ...]:
        """The wanted groups with their names, in the roster's order. Raises GroupUnknown."""
        wanted = set(group_ids)
        found = tuple(group for group in await self.rosters.groups() if group.group_id in wanted)
        missing = wanted - {group.group_id for group in found}
        if missing:
            raise GroupUnknown(group_id=str(min(missing)))
        return found

    def plan(
        self,
        wish: DraftWish,
        *,
        band: str,
        groups: tuple[SurveyGroup, ...],
        lifetime: Lifetime,
        known: Sequence[ChosenQuestion] = (),
    ) -> Plan:
        """The plan, not checked yet. Raises what `choose` raises."""
        if self.holds_identity_number(wish.title):
            raise TitleHoldsNationalIdentityNumber(field="title")
        choices = wish.questions or tuple(Choice(entry.key) for entry in self.bank.ready_set(band))
        questions = choose(
            choices,
            entry_of=self.bank.entry,
            known=known,
            new_id=lambda: self.ids.new(QuestionId),
        )
        return Plan(wish.title.strip(), wish.mode, groups, questions, wish.closes_at, lifetime)

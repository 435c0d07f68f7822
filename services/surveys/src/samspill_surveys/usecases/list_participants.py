"""Name a survey's participants to staff; names alone, so a passport is enough."""

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_kit.ids import SurveyId
from samspill_kit.norwegian import sort_key
from samspill_kit.principal import StaffPrincipal
from samspill_surveys.domain.participants import ParticipantList, PersonOnList
from samspill_surveys.domain.ports import Begin, NameSeal, NameSeals


def people_on(participants: ParticipantList, seal: NameSeal) -> list[PersonOnList]:
    """Everyone who takes part now, cards opened, in Norwegian order of names."""
    people = [
        PersonOnList(one.participant_id, one.number, seal.open(one.participant_id, one.sealed_card))
        for one in participants.present
    ]
    return sorted(people, key=lambda person: (sort_key(person.card.name), person.number))


@dataclass(frozen=True, slots=True)
class NamedList:
    """A survey's participants by name."""

    people: Sequence[PersonOnList]
    version: int


@dataclass(frozen=True, slots=True)
class ListParticipants:
    begin: Begin
    seals: NameSeals

    async def __call__(self, survey_id: SurveyId, *, by: StaffPrincipal) -> NamedList:
        async with self.begin(by.school_id) as work:
            survey = await work.surveys.get(survey_id)
            survey.demand_visible_to(by)
            survey.demand_unlocked()
            participants = await work.lists.of(survey_id)
        if not participants.present:
            return NamedList((), participants.version)
        seal = await self.seals.of(survey.school_id, survey.id)
        return NamedList(people_on(participants, seal), participants.version)

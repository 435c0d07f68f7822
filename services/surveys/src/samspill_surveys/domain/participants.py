"""The pupils of one survey, as ids and ciphertext: who takes part, under which number, since
when.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from samspill_kit.ids import GroupId, ParticipantId, PupilId
from samspill_surveys.domain.errors import SurveyHasNoParticipants, TooManyParticipants

MOST_PARTICIPANTS: Final = 2000
"""The contract with responses carries no longer list."""


class Gender(Enum):
    """As far as the roster gives it (SPEC I5)."""

    GIRL = "girl"
    BOY = "boy"


@dataclass(frozen=True, slots=True)
class Card:
    """What a survey knows of a pupil in plain words; exists in memory only."""

    name: str
    gender: Gender | None
    group_ids: tuple[GroupId, ...]


@dataclass(frozen=True, slots=True)
class RosterPupil:
    """A pupil as identity's roster tells it."""

    pupil_id: PupilId
    card: Card


@dataclass(frozen=True, slots=True)
class Participant:
    """A pupil inside one survey. Whoever has left keeps id and number, and gets them back on
    returning.
    """

    participant_id: ParticipantId
    pupil_id: PupilId
    number: int
    """For "elev 7" (SPEC G6): from 1, drawn by lot, never reused in the survey."""

    sealed_card: bytes
    has_left: bool = False


@dataclass(frozen=True, slots=True)
class PersonOnList:
    """A participant with the card opened."""

    participant_id: ParticipantId
    number: int
    card: Card


@dataclass(frozen=True, slots=True)
class ListChange:
    """Who joined and who left between two versions of a list."""

    joined: tuple[ParticipantId, ...] = ()
    left: tuple[ParticipantId, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.joined or self.left)


@dataclass(frozen=True, slots=True)
class ParticipantList:
    """Everyone who takes part or has taken part, and the version that grows when somebody comes or
    goes.
    """

    everyone: tuple[Participant, ...] = ()
    version: int = 0

    @property
    def present(self) -> tuple[Participant, ...]:
        """Those who take part now, by number."""
        return tuple(one for one in self.everyone if not one.has_left)

    def holds(self, participant_id: ParticipantId) -> bool:
        """Whether this participant takes part now."""
        return any(one.participant_id == participant_id for one in self.present)

    def brought_up_to(
        self,
        roster: Sequence[RosterPupil],
        *,
        new_id: Callable[[], ParticipantId],
        seal: Callable[[ParticipantId, Card], bytes],
    ) -> tuple["ParticipantList", ListChange]:
        """The list after the roster: newcomers join, those not in it any more leave, names follow
        it.

        Repeating it with the same roster changes nothing but the seals of the names.
        """
        _demand_fitting(roster)
        known = {one.pupil_id for one in self.everyone}
        cards = {pupil.pupil_id: pupil.card for pupil in roster}
        newcomers = [pupil for pupil in roster if pupil.pupil_id not in known]
        kept = tuple(_kept(one, cards.get(one.pupil_id), seal) for one in self.everyone)
        everyone = kept + _numbered(newcomers, first=len(kept) + 1, new_id=new_id, seal=seal)
        change = _change_between(self.everyone, everyone)
        version = self.version + 1 if change else self.version
        return ParticipantList(everyone, version), change


def _kept(
    one: Participant, card: Card | None, seal: Callable[[ParticipantId, Card], bytes]
) -> Participant:
    if card is None:
        return replace(one, has_left=True)
    return replace(one, has_left=False, sealed_card=seal(one.participant_id, card))


def _demand_fitting(roster: Sequence[RosterPupil]) -> None:
    if not roster:
        raise SurveyHasNoParticipants
    if len(roster) > MOST_PARTICIPANTS:
        raise TooManyParticipants(most=str(MOST_PARTICIPANTS))


def _numbered(
    newcomers: Sequence[RosterPupil],
    *,
    first: int,
    new_id: Callable[[], ParticipantId],
    seal: Callable[[ParticipantId, Card], bytes],
) -> tuple[Participant, ...]:
    """New participants, numbered in the order of their random ids.

    By the roster's order, "elev 1" would be the first of the class list, and everyone could be
    counted off.
    """
    drawn = sorted(((new_id(), pupil) for pupil in newcomers), key=lambda pair: pair[0].value)
    return tuple(
        Participant(participant_id, pupil.pupil_id, number, seal(participant_id, pupil.card))
        for number, (participant_id, pupil) in enumerate(drawn, start=first)
    )


def _change_between(before: Iterable[Participant], after: Iterable[Participant]) -> ListChange:
    was = {one.participant_id for one in before if not one.has_left}
    now = {one.participant_id for one in after if not one.has_left}
    return ListChange(joined=tuple(sorted(now - was)), left=tuple(sorted(was - now)))

"""How the pupils of an invented class answer: friends, moods and silence drawn from a seed."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from deploy.local.demonstration.people import SchoolClass

# Orders of size as sociometric studies of school classes report them: circles of three to six,
# mostly of one gender; about half of the choices returned; a pupil or two whom nobody chooses.
CIRCLE_SIZES: Final = (3, 4, 4, 5, 6)
SAME_CIRCLE: Final = 2.6
SAME_GENDER: Final = 0.9
LIKED_SPREAD: Final = 0.7
DAY_SPREAD: Final = 0.8
WITHOUT_CIRCLE: Final = 0.08
SILENT_SHARE: Final = 0.08
SKIPPED_SHARE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Classroom:
    """A class with its hidden circles; one seed gives one set of answers."""

    seed: str
    gender: dict[str, str]
    circle: dict[str, int]
    liked: dict[str, float]
    mood: dict[str, float]

    @classmethod
    def draw(cls, group: SchoolClass, seed: str) -> Self:
        """Draw circles, standing and moods for every pupil of the class."""
        chance = random.Random(f"{seed}/class")
        gender = dict.fromkeys(group.girls, "girl") | dict.fromkeys(group.boys, "boy")
        liked = {name: chance.gauss(0, LIKED_SPREAD) for name in group.pupils}
        return cls(
            seed=seed,
            gender=gender,
            circle=_circles((group.girls, group.boys), chance),
            liked=liked,
            mood={name: chance.gauss(0.4 + 0.3 * liked[name], 0.8) for name in group.pupils},
        )

    def answers_at_all(self, pupil: str) -> bool:
        """Whether the pupil answers this survey; some are away, some do not want to."""
        return self._chance("silent", pupil).random() >= SILENT_SHARE

    def skips(self, pupil: str, question: str) -> bool:
        """Whether the pupil leaves this one question out."""
        return self._chance("skip", pupil, question).random() < SKIPPED_SHARE

    def nominations(self, pupil: str, question: str, at_most: int) -> list[str]:
        """Whom the pupil names, nearest first; seldom nobody, seldom more than three."""
        chance = self._chance("names", pupil, question)
        wanted = min(at_most, chance.choices((0, 1, 2, 3, 4, 5), (1, 4, 7, 12, 3, 2))[0])
        near = {
            other: self._closeness(pupil, other) + chance.gauss(0, DAY_SPREAD)
            for other in self.gender
            if other != pupil
        }
        return sorted(near, key=near.__getitem__, reverse=True)[:wanted]

    def step(self, pupil: str, question: str, steps: int) -> int:
        """Place on a scale of `steps` steps, 0 being the best; most pupils thrive."""
        score = self.mood[pupil] + self._chance("step", pupil, question).gauss(0, 0.7)
        share = 1 / (1 + math.exp(1.4 * score + 0.4))
        return min(steps - 1, int(share * steps))

    def several(self, pupil: str, question: str, options: int) -> list[int]:
        """Which of several options the pupil ticks, at most three."""
        chance = self._chance("several", pupil, question)
        return sorted(chance.sample(range(options), k=min(options, chance.choice((1, 1, 2, 3)))))

    def words(self, pupil: str, question: str, sentences: Sequence[str]) -> str:
        """A sentence of the pupil's own, or nothing."""
        chance = self._chance("words", pupil, question)
        return chance.choice(sentences) if chance.random() < 0.4 else ""

    def _closeness(self, pupil: str, other: str) -> float:
        close = self.liked[other]
        close += SAME_CIRCLE if self.circle[pupil] == self.circle[other] else 0.0
        return close + (SAME_GENDER if self.gender[pupil] == self.gender[other] else 0.0)

    def _chance(self, *parts: str) -> random.Random:
        return random.Random("/".join((self.seed, *parts)))


def _circles(halves: Sequence[Sequence[str]], chance: random.Random) -> dict[str, int]:
    # A pupil without a circle gets a number that nobody shares.
    circle: dict[str, int] = {}
    number = 0
    for half in halves:
        waiting = [name for name in half if chance.random() >= WITHOUT_CIRCLE]
        chance.shuffle(waiting)
        while waiting:
            number += 1
            size = chance.choice(CIRCLE_SIZES)
            circle |= dict.fromkeys(waiting[:size], number)
            waiting = waiting[size:]
    alone = [name for half in halves for name in half if name not in circle]
    return circle | {name: number + place for place, name in enumerate(alone, start=1)}

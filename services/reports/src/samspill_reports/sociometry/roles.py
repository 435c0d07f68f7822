"""What can be observed about one pupil in one question, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from samspill_reports.sociometry import seeded
from samspill_reports.sociometry.arrays import Counts, Mask, Reals, Ties
from samspill_reports.sociometry.dyads import mutual_ties
from samspill_reports.sociometry.partition import canonical
from samspill_reports.sociometry.sociogram import Relation
from samspill_reports.sociometry.status import RARE, chances, most_received, tails

DRAWS: Final = 200
PROBABLE_FROM: Final = 0.9


class Role(StrEnum):
    """Internal codes (SOCIOMETRY 3); the interface has neutral sentences instead of labels."""

    OFTEN_CHOSEN = "often_chosen"
    """P(X ≥ d_i) ≤ .05."""
    RARELY_CHOSEN = "rarely_chosen"
    """P(X ≤ d_i) ≤ .05 and d_i > 0."""
    UNCHOSEN = "unchosen"
    """d_i = 0."""
    ONE_WAY = "one_way"
    """d_i = 0 and K_i > 0."""
    GAVE_AND_RECEIVED_NONE = "gave_and_received_none"
    """Answered, d_i = 0 and K_i = 0."""
    NO_MUTUAL = "no_mutual"
    """Answered, M_i = 0, K_i > 0 and d_i > 0."""
    NO_ANSWER = "no_answer"
    """Did not answer; never GAVE_AND_RECEIVED_NONE."""


class Certainty(StrEnum):
    """Whether the missing answers could undo a statement."""

    CERTAIN = "certain"
    """Holds at both bounds, whatever the silent would have said."""
    PROBABLE = "probable"
    """Holds in at least 90 % of draws of the missing answers."""
    WITHHELD = "withheld"
    """Neither: not to be said."""


@dataclass(frozen=True, slots=True)
class RoleSeen:
    """One role of one pupil, as the answers stand."""

    pupil: str
    role: Role
    certainty: Certainty
    share_of_draws: float
    """In which share of draws of the missing answers it holds; 1 when certain."""


def roles(
    relation: Relation, *, seed: int = seeded.DEFAULT_SEED, draws: int = DRAWS
) -> tuple[RoleSeen, ...]:
    """Every role that holds in the answers seen, by pupil, with its certainty (SOCIOMETRY 8)."""
    if relation.n == 0:
        return ()
    seen = _held(relation)
    at_bounds = _held_at_bounds(relation)
    open_cells = [(int(i), role) for role, held in seen.items() for i in np.flatnonzero(held)]
    undecided = [(i, role) for i, role in open_cells if not at_bounds[role][i]]
    shares = _share_of_draws(relation, undecided, seed, draws) if undecided else {}
    found = [
        RoleSeen(relation.roster[i], role, *_certainty(shares.get((i, role))))
        for i, role in open_cells
    ]
    return tuple(sorted(found, key=lambda each: (each.pupil, list(Role).index(each.role))))


def _certainty(share: float | None) -> tuple[Certainty, float]:
    if share is None:
        return Certainty.CERTAIN, 1.0
    return (Certainty.PROBABLE if share >= PROBABLE_FROM else Certainty.WITHHELD), share


def _held(relation: Relation) -> dict[Role, Mask]:
    answered, received, made = relation.answered, relation.received, relation.made
    many, few = tails(_table(chances(relation)), received)
    mutual = mutual_ties(relation).any(axis=1)
    none = received == 0
    anyone = relation.possible > 0
    return {
        Role.OFTEN_CHOSEN: many <= RARE,
        Role.RARELY_CHOSEN: (few <= RARE) & ~none,
        Role.UNCHOSEN: none & anyone,
        Role.ONE_WAY: none & anyone & (made > 0),
        Role.GAVE_AND_RECEIVED_NONE: none & anyone & answered & (made == 0),
        Role.NO_MUTUAL: answered & ~mutual & (made > 0) & ~none,
        Role.NO_ANSWER: ~answered,
    }


def _held_at_bounds(relation: Relation) -> dict[Role, Mask]:
    """Held when no silent pupil would have named i, and when all of them would.

    At both bounds the silent are given the mean generosity of those who answered.
    """
    answered = relation.answered
    chance = chances(relation)
    mean = float(chance[answered].mean()) if answered.any() else 0.0
    table = _table(np.where(answered, chance, mean))
    low, high = relation.received, most_received(relation)
    many_low, few_low = tails(table, low)
    many_high, few_high = tails(table, high)
    never = high == 0
    waiting = (relation.ties & ~answered[None, :]).any(axis=1)
    return {
        Role.OFTEN_CHOSEN: (many_low <= RARE) & (many_high <= RARE),
        Role.RARELY_CHOSEN: (few_low <= RARE) & (few_high <= RARE),
        Role.UNCHOSEN: never,
        Role.ONE_WAY: never,
        Role.GAVE_AND_RECEIVED_NONE: never,
        Role.NO_MUTUAL: ~waiting,
        Role.NO_ANSWER: np.ones(relation.n, dtype=bool),
    }


def _table(chance: Reals) -> Reals:
    table = np.broadcast_to(chance, (len(chance), len(chance))).copy()
    np.fill_diagonal(table, 0.0)
    return table


def _share_of_draws(
    relation: Relation, undecided: list[tuple[int, Role]], seed: int, draws: int
) -> dict[tuple[int, Role], float]:
    """Fill the silent rows from respondents drawn at random (hot deck), and look again."""
    if not relation.answered.any():
        return dict.fromkeys(undecided, 0.0)
    order = canonical([relation])
    random = seeded.stream(seed, 4)
    donors_of = order[relation.answered[order]]
    silent = order[~relation.answered[order]]
    picks = (random.random((draws, len(silent))) * len(donors_of)).astype(np.int64)
    filled = _filled(relation.ties, silent, donors_of[picks])
    return {cell: float(_holds(filled, *cell).mean()) for cell in undecided}


def _filled(ties: Ties, silent: Counts, donors: Counts) -> Ties:
    """draws × n × n: each silent pupil answers as its donor did.

    A donor's choice of that very pupil becomes a choice of the donor.
    """
    filled = np.repeat(ties[None], len(donors), axis=0)
    rows = ties[donors]
    at = np.arange(len(donors))[:, None], np.arange(len(silent))[None, :]
    rows[(*at, donors)] |= rows[(*at, silent[None, :])]
    rows[(*at, silent[None, :])] = False
    filled[:, silent] = rows
    return filled


def _holds(filled: Ties, i: int, role: Role) -> Mask:
    """In which of the filled classes the role holds for pupil i."""
    received = filled[:, :, i].sum(axis=1)
    if role in (Role.UNCHOSEN, Role.ONE_WAY, Role.GAVE_AND_RECEIVED_NONE):
        return np.asarray(received == 0)
    if role is Role.NO_MUTUAL:
        return np.asarray(~(filled[:, i] & filled[:, :, i]).any(axis=1))
    chance = filled.sum(axis=2) / max(filled.shape[1] - 1, 1)
    chance[:, i] = 0.0
    many, few = tails(chance, received)
    return np.asarray((many if role is Role.OFTEN_CHOSEN else few) <= RARE)

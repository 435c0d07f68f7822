"""Leave-one-out groups and the within-group test, for many classes at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from samspill_reports.sociometry import modularity, seeded
from samspill_reports.sociometry.arrays import Counts, Mask, Reals, Ties
from samspill_reports.sociometry.climb import climb, totals
from samspill_reports.sociometry.status import tails

SEARCHES: Final = 2
SMALLEST_GROUP: Final = 3
FEWEST_CHOICES: Final = 2


@dataclass(frozen=True, eq=False)
class Attachments:
    """Arrays of shape classes × pupils asked about; `group` has the class's pupils as third axis.

    Where `attached` is false the other figures mean nothing.
    """

    attached: Mask
    group: Mask
    chose: Counts
    received: Counts
    expected: Reals
    deviation: Reals
    p: Reals


def attached_pupils(stack: Ties, answered: Mask, random: np.random.Generator) -> Attachments:
    """Groups without each pupil in turn, and the test of each pupil (SOCIOMETRY 4.1).

    Only pupils whom the class's own partition puts among the members of that group count as
    attached: they look attached in the picture. Someone of another group who names a few here
    is not left out by getting none back, and the drawn classes, which keep the choices between
    groups, could not tell such a pupil from chance.
    """
    everyone = np.arange(stack.shape[1])
    found = attachments(stack, groups_without(stack, everyone, random), everyone, answered)
    labels = groups_with_all(stack, random)
    mates = labels[:, :, None] == labels[:, None, :]
    shared = (found.group & mates).sum(axis=2)
    looks_attached = 2 * shared > found.group.sum(axis=2)
    return replace(found, attached=found.attached & looks_attached)


def groups_with_all(stack: Ties, random: np.random.Generator) -> Counts:
    """classes × n: labels of the best partition found of each class."""
    weight = np.asarray(stack + stack.transpose(0, 2, 1).astype(np.float64), dtype=np.float64)
    return _searched(modularity.gains_of_copies(weight), random)


def groups_without(stack: Ties, pupils: Counts, random: np.random.Generator) -> Counts:
    """classes × pupils × n: labels of the best partition found after deleting each pupil.

    The deleted pupil keeps a label of its own.
    """
    classes, n, _ = stack.shape
    both = np.asarray(stack + stack.transpose(0, 2, 1).astype(np.float64), dtype=np.float64)
    weight = np.repeat(both[:, None], len(pupils), axis=1)
    at = np.arange(len(pupils))
    weight[:, at, pupils, :] = 0.0
    weight[:, at, :, pupils] = 0.0
    gains = modularity.gains_of_copies(weight.reshape(-1, n, n))
    return _searched(gains, random).reshape(classes, len(pupils), n)


def _searched(gains: Reals, random: np.random.Generator) -> Counts:
    """The best of SEARCHES climbs: as many for the real class as for drawn ones, since a better
    search for one of them would break the comparison."""
    copies, n, _ = gains.shape
    alone = np.tile(np.arange(n), (copies, 1))
    best = climb(gains, alone, seeded.orders(random, copies, n))
    value = totals(gains, best)
    for _ in range(SEARCHES - 1):
        labels = climb(gains, alone, seeded.orders(random, copies, n))
        found = totals(gains, labels)
        better = found > value
        best[better], value[better] = labels[better], found[better]
    return best


def attachments(stack: Ties, labels: Counts, pupils: Counts, answered: Mask) -> Attachments:
    """Which pupils are attached to a group, and how unusual what comes back is."""
    n = stack.shape[1]
    own = np.zeros((len(pupils), n), dtype=bool)
    own[np.arange(len(pupils)), pupils] = True
    member = (labels[..., None] == np.arange(n)) & ~own[None, :, :, None]
    choices = stack[:, pupils].astype(np.float64)
    into = np.einsum("cpj,cpjg->cpg", choices, member)
    sizes = member.sum(axis=2)
    # The group with most choices; among equals the larger, then the first label.
    standing = np.where((sizes >= SMALLEST_GROUP) & (into > 0), into * (n + 1) + sizes, -1.0)
    target = standing.argmax(axis=2)
    group = np.take_along_axis(member, target[:, :, None, None], axis=3)[..., 0]
    chose = np.take_along_axis(into, target[..., None], axis=2)[..., 0].astype(np.int64)
    answering = group & answered
    attached = (
        (standing.max(axis=2) > 0)
        & (chose >= FEWEST_CHOICES)
        & (2 * chose >= choices.sum(axis=2))
        & answered[pupils][None, :]
        & (answering.sum(axis=2) >= SMALLEST_GROUP)
    )
    p, expected, deviation, received = _tested(stack, pupils, group, answering=answering, own=own)
    return Attachments(
        attached, group, chose, received, expected, deviation, np.where(attached, p, 1.0)
    )


def _tested(
    stack: Ties, pupils: Counts, group: Mask, *, answering: Mask, own: Mask
) -> tuple[Reals, Reals, Reals, Counts]:
    """p, e, σ and b: each member j of T keeps its k_j choices inside T and i, spread evenly.

    b_i ~ Poisson-binomial(k_j/|T|) over the members who answered.
    """
    inside = group | own[None]
    kept = np.einsum("cjl,cpl->cpj", stack.astype(np.float64), inside.astype(np.float64))
    size = np.maximum(group.sum(axis=2), 1)
    chance = np.where(answering, kept / size[..., None], 0.0)
    received = (stack[:, :, pupils].transpose(0, 2, 1) & answering).sum(axis=2)
    n = stack.shape[1]
    p = tails(chance.reshape(-1, n), received.reshape(-1))[1].reshape(received.shape)
    deviation = np.sqrt((chance * (1 - chance)).sum(axis=2))
    return p, chance.sum(axis=2), deviation, received

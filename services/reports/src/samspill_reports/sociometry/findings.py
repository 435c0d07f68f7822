"""What stands out in a question, as values: who, which numbers, how sure, and what it needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from samspill_reports.sociometry.cliques import circles
from samspill_reports.sociometry.cohesion import cohesion
from samspill_reports.sociometry.dyads import dyad_census
from samspill_reports.sociometry.homophily import gender_mixing, mixing_test
from samspill_reports.sociometry.participation import Voice, participation
from samspill_reports.sociometry.roles import Certainty, Role, RoleSeen, roles
from samspill_reports.sociometry.seeded import DEFAULT_SEED
from samspill_reports.sociometry.status import Received, choices_received

if TYPE_CHECKING:
    from samspill_reports.sociometry.consensus import Membership
    from samspill_reports.sociometry.exclusion import Hint
    from samspill_reports.sociometry.partition import Partition
    from samspill_reports.sociometry.sociogram import Relation

SMALLEST_GROUP = 3


class Kind(StrEnum):
    """What a finding is about; the key of its sentences in the catalogues."""

    TOO_FEW = "too_few"
    CLASS_ONLY = "class_only"
    RETURNED_CHOICES = "returned_choices"
    PUPILS_WITH_MUTUAL = "pupils_with_mutual"
    GENDER_MIXING = "gender_mixing"
    SUBGROUPS = "subgroups"
    CIRCLE = "circle"
    OFTEN_CHOSEN = "often_chosen"
    RARELY_CHOSEN = "rarely_chosen"
    UNCHOSEN = "unchosen"
    GAVE_AND_RECEIVED_NONE = "gave_and_received_none"
    NO_MUTUAL = "no_mutual"
    BETWEEN_GROUPS = "between_groups"
    UNRETURNED_GROUP_CLEAR = "unreturned_group_clear"
    UNRETURNED_GROUP_WEAK = "unreturned_group_weak"
    NO_ANSWER = "no_answer"
    CHOICES_KEPT = "choices_kept"
    RECEIVED_CHANGED = "received_changed"


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """How far the finding could be from the truth."""

    certainty: Certainty
    at_least: float | None = None
    at_most: float | None = None
    """Bounds of the finding's main number under every completion of the missing answers."""
    p: float | None = None
    """Probability by chance of something as unusual; None where the finding is a plain count."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One observation. No rank, no score on a child, no label (SOCIOMETRY 13)."""

    kind: Kind
    question: str
    """Name of the relation."""
    pupils: tuple[str, ...]
    """Whom it concerns; empty for the class."""
    numbers: Mapping[str, float]
    """The figures behind the sentence, under the names that the catalogues use."""
    uncertainty: Uncertainty
    needs: Voice
    """The participation below which it is not made."""
    others: tuple[str, ...] = ()
    """Pupils whom the sentence names beside, such as the members of a group."""

    @property
    def does_not_mean(self) -> str:
        """Catalogue key of the sentence that says what this does not mean."""
        return f"{self.kind}.not"


def findings(
    relation: Relation,
    *,
    partition: Partition | None = None,
    memberships: Sequence[Membership] = (),
    groups_p: float | None = None,
    hints: Sequence[Hint] = (),
    seed: int = DEFAULT_SEED,
) -> tuple[Finding, ...]:
    """Everything that the answers to one question can carry, by kind and then by pupil.

    Subgroups are reported only with `groups_p` ≤ .05 (`null_classes.partition_p`), hints as given
    by `exclusion.hidden_exclusion`. What participation does not allow is left out.
    """
    took_part = participation(relation)
    if took_part.voice is Voice.NOTHING:
        return (_about_answers(Kind.TOO_FEW, relation),)
    found = [*_about_class(relation, seed)]
    if took_part.voice is Voice.CLASS_ONLY:
        found.append(_about_answers(Kind.CLASS_ONLY, relation))
    if partition is not None and groups_p is not None and groups_p <= 0.05:
        found.extend(_about_groups(relation, partition, memberships, groups_p))
    found.extend(_about_circles(relation))
    found.extend(_about_pupils(relation, took_part.voice, seed))
    found.extend(_about_hints(relation, hints))
    order = list(Kind)
    allowed = (each for each in found if took_part.voice >= each.needs)
    return tuple(sorted(allowed, key=lambda each: (order.index(each.kind), each.pupils)))


def _finding(
    kind: Kind,
    relation: Relation,
    numbers: Mapping[str, float],
    uncertainty: Uncertainty,
    needs: Voice,
    *,
    pupils: tuple[str, ...] = (),
    others: tuple[str, ...] = (),
) -> Finding:
    told = {"answered": int(relation.answered.sum()), "roster": relation.n, **numbers}
    return Finding(kind, relation.name, pupils, MappingProxyType(told), uncertainty, needs, others)


def _about_answers(kind: Kind, relation: Relation) -> Finding:
    return _finding(kind, relation, {}, Uncertainty(Certainty.CERTAIN), Voice.NOTHING)


def _about_class(relation: Relation, seed: int) -> Iterator[Finding]:
    census, class_ = dyad_census(relation), cohesion(relation)
    sure = Certainty.CERTAIN if relation.answered.all() else Certainty.PROBABLE
    if census.reciprocity is not None:
        numbers = {
            "share": census.reciprocity,
            "mutual": census.mutual,
            "choices": 2 * census.mutual + census.asymmetric,
            "open": census.open,
        }
        yield _finding(
            Kind.RETURNED_CHOICES, relation, numbers, Uncertainty(sure), Voice.CLASS_ONLY
        )
        yield _finding(
            Kind.PUPILS_WITH_MUTUAL,
            relation,
            {"with_mutual": class_.with_mutual},
            Uncertainty(sure, at_least=class_.with_mutual, at_most=relation.n),
            Voice.CLASS_ONLY,
        )
    yield from _about_gender(relation, sure, seed)


def _about_gender(relation: Relation, sure: Certainty, seed: int) -> Iterator[Finding]:
    mixing = gender_mixing(relation)
    if mixing.ei is None or mixing.ei_by_chance is None or not mixing.may_be_shown:
        return
    test = mixing_test(relation, seed=seed)
    numbers = {
        "share": (1 - mixing.ei) / 2,
        "by_chance": (1 - mixing.ei_by_chance) / 2,
        "internal": mixing.internal,
        "choices": mixing.internal + mixing.external,
        "expected": round((1 - mixing.ei_by_chance) / 2 * (mixing.internal + mixing.external)),
        "unknown": mixing.unknown,
    }
    p = test.p_more_internal if test else None
    yield _finding(Kind.GENDER_MIXING, relation, numbers, Uncertainty(sure, p=p), Voice.CLASS_ONLY)


def _about_groups(
    relation: Relation,
    partition: Partition,
    memberships: Sequence[Membership],
    groups_p: float,
) -> Iterator[Finding]:
    groups = [group for group in partition.groups if len(group) >= SMALLEST_GROUP]
    core = sum(each.is_core for each in memberships)
    numbers = {"groups": len(groups), "core": core, "placed": len(memberships)}
    sure = Uncertainty(Certainty.PROBABLE, p=groups_p)
    yield _finding(Kind.SUBGROUPS, relation, numbers, sure, Voice.CLASS_ONLY)
    for each in memberships:
        if each.is_between and len(partition.groups[each.group]) >= SMALLEST_GROUP:
            firm = {"stability": each.stability or 0.0, "with_other": each.with_other}
            unsure = Uncertainty(Certainty.PROBABLE)
            yield _finding(
                Kind.BETWEEN_GROUPS, relation, firm, unsure, Voice.FULL, pupils=(each.pupil,)
            )


def _about_circles(relation: Relation) -> Iterator[Finding]:
    for circle in circles(relation).circles:
        yield _finding(
            Kind.CIRCLE,
            relation,
            {"members": len(circle)},
            Uncertainty(Certainty.CERTAIN, at_least=len(circle)),
            Voice.CERTAIN_ONLY,
            pupils=circle,
        )


_KIND_OF_ROLE = {
    Role.OFTEN_CHOSEN: Kind.OFTEN_CHOSEN,
    Role.RARELY_CHOSEN: Kind.RARELY_CHOSEN,
    Role.UNCHOSEN: Kind.UNCHOSEN,
    Role.GAVE_AND_RECEIVED_NONE: Kind.GAVE_AND_RECEIVED_NONE,
    Role.NO_MUTUAL: Kind.NO_MUTUAL,
}


def _about_pupils(relation: Relation, voice: Voice, seed: int) -> Iterator[Finding]:
    if voice < Voice.CERTAIN_ONLY:
        return
    seen = roles(relation, seed=seed)
    received = {each.pupil: each for each in choices_received(relation)}
    silent = tuple(each.pupil for each in seen if each.role is Role.NO_ANSWER)
    if silent:
        sure = Uncertainty(Certainty.CERTAIN)
        yield _finding(Kind.NO_ANSWER, relation, {}, sure, Voice.CERTAIN_ONLY, pupils=silent)
    gave_none = {each.pupil for each in seen if each.role is Role.GAVE_AND_RECEIVED_NONE}
    for each in seen:
        if each.role is Role.UNCHOSEN and each.pupil in gave_none:
            continue  # The same observation, said with more in it.
        if each.role in _KIND_OF_ROLE and each.certainty is not Certainty.WITHHELD:
            yield _about_role(relation, each, received[each.pupil])


def _about_role(relation: Relation, seen: RoleSeen, received: Received) -> Finding:
    needs = Voice.CERTAIN_ONLY if seen.certainty is Certainty.CERTAIN else Voice.FULL
    numbers = {
        "received": received.count,
        "possible": received.possible,
        "at_most": received.at_most,
        "expected": received.expected,
    }
    p = received.p_as_many if seen.role is Role.OFTEN_CHOSEN else received.p_as_few
    unsure = Uncertainty(seen.certainty, received.count, received.at_most, p)
    return _finding(
        _KIND_OF_ROLE[seen.role], relation, numbers, unsure, needs, pupils=(seen.pupil,)
    )


def _about_hints(relation: Relation, hints: Sequence[Hint]) -> Iterator[Finding]:
    for hint in hints:
        if not hint.level:
            continue
        numbers = {
            "chose": hint.chose,
            "received": hint.received,
            "expected": hint.expected,
            "members": len(hint.group),
        }
        yield _finding(
            Kind(f"unreturned_group_{hint.level}"),
            relation,
            numbers,
            Uncertainty(Certainty.PROBABLE, hint.received, hint.at_most, hint.p),
            Voice.FULL,
            pupils=(hint.pupil,),
            others=hint.group,
        )

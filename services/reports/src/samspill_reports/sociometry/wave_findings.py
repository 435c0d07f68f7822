"""What stands out between two waves of one question, as values."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from samspill_reports.sociometry.findings import Finding, Kind, Uncertainty
from samspill_reports.sociometry.participation import Voice, participation
from samspill_reports.sociometry.roles import Certainty
from samspill_reports.sociometry.sociogram import Relation
from samspill_reports.sociometry.waves import Comparison, compare


def wave_findings(before: Relation, after: Relation) -> tuple[Finding, ...]:
    """What changed between two waves, as far as the answers of both can carry it.

    About single pupils only changes beyond the usual fluctuation (q ≤ .05 over the class), which
    are rare; one or two choices up or down are noise and are not said (SOCIOMETRY 9).
    """
    voice = min(participation(before).voice, participation(after).voice)
    found = _changes(compare(before, after), after.name)
    return tuple(each for each in found if voice >= each.needs)


def _changes(seen: Comparison, question: str) -> Iterator[Finding]:
    told = {"answered": len(seen.senders), "roster": len(seen.stayed)}
    sure = Certainty.CERTAIN
    if seen.jaccard is not None:
        numbers = {
            **told,
            "kept": seen.kept,
            "before": seen.kept + seen.lost,
            "new": seen.new,
            "jaccard": seen.jaccard,
        }
        yield Finding(
            Kind.CHOICES_KEPT,
            question,
            (),
            MappingProxyType(numbers),
            Uncertainty(sure),
            Voice.CLASS_ONLY,
        )
    for each in seen.received:
        if not each.is_usual:
            yield Finding(
                Kind.RECEIVED_CHANGED,
                question,
                (each.pupil,),
                MappingProxyType({**told, "gained": each.gained, "lost": each.lost}),
                Uncertainty(sure, p=each.p),
                Voice.FULL,
            )

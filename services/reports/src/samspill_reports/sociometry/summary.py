"""The command's answer for a person: the class in a few lines, then a small table per pupil."""

from __future__ import annotations

from collections.abc import Iterator

from samspill_reports.sociometry.analysis import Analysis
from samspill_reports.sociometry.cohesion import cohesion
from samspill_reports.sociometry.dyads import dyad_census, returned
from samspill_reports.sociometry.exact_partition import Certificate
from samspill_reports.sociometry.findings import Kind
from samspill_reports.sociometry.homophily import gender_mixing
from samspill_reports.sociometry.participation import participation
from samspill_reports.sociometry.status import choices_received
from samspill_reports.sociometry.wording import describe, label

LANGUAGE = "en"
COLUMNS = ("pupil", "answered", "received", "most", "mutual", "group", "stability")


def as_text(analysis: Analysis) -> str:
    """A summary to read; the figures respect who answered (unlike the plain keys of --json)."""
    return "\n".join([*_class(analysis), "", *_findings(analysis), "", *_table(analysis)])


def _say(key: str, **values: object) -> str:
    return label(f"command.{key}", LANGUAGE, **values)


def _number(value: float | None, digits: int = 3) -> str:
    return _say("undefined") if value is None else f"{value:.{digits}f}"


def _class(analysis: Analysis) -> Iterator[str]:
    relation = analysis.files.relation
    whole, census, took_part = cohesion(relation), dyad_census(relation), participation(relation)
    yield _say("participation", answered=took_part.answered, roster=took_part.roster)
    yield _say(f"voice.{took_part.voice.name.lower()}")
    density = whole.density
    yield _say(
        "choices",
        choices=density.choices,
        density=_number(density.value),
        low=_number(density.at_least),
        high=_number(density.at_most),
    )
    yield _say(
        "pairs",
        mutual=census.mutual,
        one_sided=census.asymmetric,
        open=census.open,
        reciprocity=_number(census.reciprocity),
    )
    yield _say(
        "closure",
        mutual=_number(whole.transitivity.mutual),
        directed=_number(whole.transitivity.directed),
        triangles=whole.triangles,
        parts=whole.weak_components,
    )
    yield from _mixing(analysis)
    yield from _groups(analysis)
    yield from _left_out(analysis)


def _mixing(analysis: Analysis) -> Iterator[str]:
    mixing = gender_mixing(analysis.files.relation)
    if mixing.ei is None:
        return
    coleman = ", ".join(f"{name} {_number(value)}" for name, value in mixing.coleman.items())
    yield _say(
        "mixing", ei=_number(mixing.ei), chance=_number(mixing.ei_by_chance), coleman=coleman
    )


def _groups(analysis: Analysis) -> Iterator[str]:
    solved = analysis.groups
    yield _say(
        "groups",
        groups=len(solved.partition.groups),
        modularity=_number(solved.partition.modularity, 4),
        proof=_proof(solved.certificate),
        p=_number(analysis.groups_p),
    )
    yield _say(
        "directed",
        modularity=_number(analysis.directed.partition.modularity, 4),
        proof=_proof(analysis.directed.certificate),
    )


def _proof(certificate: Certificate) -> str:
    if certificate.proven:
        return _say("proven")
    return _say("not_proven", gap=_number(certificate.gap, 4))


def _left_out(analysis: Analysis) -> Iterator[str]:
    left_out = analysis.files.relation.left_out
    if left_out.self_choices or left_out.repeats or left_out.without_answer:
        yield _say(
            "left_out",
            selves=left_out.self_choices,
            repeats=left_out.repeats,
            silent=left_out.without_answer,
        )


def _findings(analysis: Analysis) -> Iterator[str]:
    names = {pupil: pupil for pupil in analysis.files.order}
    yield _say("findings")
    for finding in analysis.findings:
        sentences = describe(finding, LANGUAGE, names)
        yield f"- {sentences.says} {sentences.reservation}".rstrip()
        if finding.kind in (Kind.UNRETURNED_GROUP_CLEAR, Kind.UNRETURNED_GROUP_WEAK):
            yield f"  {sentences.does_not_mean}"


def _table(analysis: Analysis) -> Iterator[str]:
    relation = analysis.files.relation
    received = {each.pupil: each for each in choices_received(relation)}
    mutual = {each.pupil: each.mutual for each in returned(relation)}
    member = {each.pupil: each for each in analysis.memberships}
    rows = [[_say(f"column.{column}") for column in COLUMNS]]
    for pupil in analysis.files.order:
        seen, firm = received[pupil], member[pupil].stability
        rows.append(
            [
                pupil,
                _say("yes" if pupil in relation.respondents else "no"),
                _say("of", count=seen.count, possible=seen.possible),
                str(seen.at_most),
                str(mutual[pupil]),
                str(member[pupil].group + 1),
                "–" if firm is None else f"{firm:.2f}",
            ]
        )
    widths = [max(len(row[at]) for row in rows) for at in range(len(COLUMNS))]
    for row in rows:
        first, *rest = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join([first.strip().ljust(widths[0]), *rest])

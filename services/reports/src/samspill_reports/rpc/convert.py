"""The report's values as contract messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from google.protobuf.timestamp_pb2 import Timestamp

from samspill.reports.v1 import reports_pb2 as pb
from samspill_reports.domain.distributions import Distribution
from samspill_reports.domain.material import FREE_TEXT, NOMINATION, Material
from samspill_reports.domain.ports import Words
from samspill_reports.usecases.draw_relations import TableRow
from samspill_reports.usecases.read_pupils import PupilAnswer, PupilRow
from samspill_reports.usecases.read_quality import RelationQuality
from samspill_reports.usecases.sentences import FindingText, PupilRelations, distribution_sentence


def frame_to_pb(material: Material) -> pb.ReportFrame:
    frame = pb.ReportFrame(
        survey_id=material.survey_id,
        title=material.title,
        group_names=[group.name for group in material.groups],
        submitted=material.submitted,
        participants=len(material.participants),
        mode=material.mode,
        level="pseudonymous" if material.anonymised else material.level.value,
        delete_on=material.delete_on,
        nominations=[
            pb.NominationQuestion(question_id=each.question_id, text=each.text)
            for each in material.nominations
        ],
    )
    if material.closed_at:
        closed = Timestamp()
        closed.FromDatetime(material.closed_at)
        frame.closed_at.CopyFrom(closed)
    return frame


def finding_to_pb(finding: FindingText) -> pb.Finding:
    return pb.Finding(
        kind=finding.kind,
        headline=finding.headline,
        detail=finding.detail,
        certainty=finding.certainty,
        not_meaning=finding.not_meaning,
        next_step=finding.next_step,
        evidence=pb.EvidenceLink(
            page=finding.page,
            question_id=finding.question_id,
            participant_id=finding.participant_ids[0] if finding.participant_ids else "",
        ),
        participant_ids=finding.participant_ids,
    )


def distribution_to_pb(
    found: Distribution, material: Material, words: Words, *, with_texts: bool = True
) -> pb.Distribution:
    question = found.question
    said = distribution_sentence(found, words)
    message = pb.Distribution(
        question_id=question.question_id,
        text=question.text,
        kind=question.kind,
        answered=found.answered,
        skipped=found.skipped,
        sentence=said,
        nomination_sentence=said if question.kind == NOMINATION else "",
        theme=question.theme,
        parts=[
            pb.DistributionPart(key=part.key, text=part.text, count=part.count, rank=part.rank)
            for part in found.parts
        ],
    )
    if with_texts and question.kind == FREE_TEXT:
        for each in found.texts:
            who = material.labels[each.participant_id]
            message.texts.add(participant_id=each.participant_id, who=who, text=each.text)
    return message


def distributions_to_pb(
    found: Iterable[Distribution], material: Material, words: Words
) -> list[pb.Distribution]:
    return [distribution_to_pb(each, material, words) for each in found]


def pupil_row_to_pb(row: PupilRow) -> pb.PupilRow:
    return pb.PupilRow(
        participant_id=row.participant_id,
        who=row.who,
        state=row.state,
        answered=row.answered,
        skipped=row.skipped,
        sentences=row.sentences,
    )


def pupil_answer_to_pb(answer: PupilAnswer, material: Material, words: Words) -> pb.PupilAnswer:
    message = pb.PupilAnswer(
        question_id=answer.question.question_id,
        text=answer.question.text,
        answer=answer.answer,
        is_skipped=answer.is_skipped,
    )
    beside = distribution_to_pb(answer.class_answers, material, words, with_texts=False)
    # The field is called "class", a word of the language.
    getattr(message, "class").CopyFrom(beside)
    return message


def relations_to_pb(relations: PupilRelations) -> pb.PupilRelations:
    return pb.PupilRelations(
        question_id=relations.question.question_id,
        text=relations.question.text,
        chosen_sentence=relations.chosen,
        usual_sentence=relations.usual,
        mutual=relations.mutual,
        chosen_by=relations.chosen_by,
        chose=relations.chose,
    )


def relations_row_to_pb(row: TableRow) -> pb.PupilRelationsRow:
    return pb.PupilRelationsRow(
        participant_id=row.participant_id,
        who=row.who,
        has_answered=row.has_answered,
        relations=relations_to_pb(row.relations),
    )


def matrix_to_pb(order: Sequence[str], material: Material, rows: Sequence[str]) -> pb.Matrix:
    pupils = [pb.MatrixPupil(participant_id=each, who=material.labels[each]) for each in order]
    return pb.Matrix(pupils=pupils, rows=rows)


def quality_to_pb(relation: RelationQuality) -> pb.RelationQuality:
    return pb.RelationQuality(
        question_id=relation.question.question_id,
        text=relation.question.text,
        density=relation.density,
        density_bounds=relation.density_bounds,
        reciprocity=relation.reciprocity,
        mutual_pairs=relation.mutual_pairs,
        one_sided_pairs=relation.one_sided_pairs,
        open_pairs=relation.open_pairs,
        choices=relation.choices,
        nobody=relation.nobody,
        skipped=relation.skipped,
        times_chosen=[
            pb.TimesChosen(
                participant_id=row.participant_id,
                who=row.who,
                chosen=row.chosen,
                could_have_chosen=row.could_have_chosen,
                at_most=row.at_most,
            )
            for row in relation.times_chosen
        ],
    )

"""What the PDF is set from: the same values and sentences as the pages (SPEC G7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from samspill_reports.domain.analysis import ClassAnalysis
from samspill_reports.domain.distributions import Distribution, distributions
from samspill_reports.domain.material import SCALES, Material
from samspill_reports.domain.ports import Words
from samspill_reports.usecases.read_overview import overview
from samspill_reports.usecases.read_pupils import pupil_page
from samspill_reports.usecases.read_quality import RelationQuality, quality
from samspill_reports.usecases.sentences import FindingText, PupilRelations, distribution_sentence

from .compose import Filters, network_drawing
from .network_svg import network_svg


def paper_content(
    material: Material,
    analysis: ClassAnalysis,
    words: Words,
    locale: str,
    *,
    made_at: datetime,
    pupil_pages: bool,
) -> dict[str, object]:
    """Return everything that report.typ prints, as plain values."""
    about = quality(material, analysis, words)
    return {
        "title": f"{', '.join(g.name for g in material.groups)}: {material.title}",
        "lang": locale,
        "facts": _facts(material, words),
        "footer": _footer(material, words, made_at),
        "findings": [_finding(f) for f in overview(material, analysis, words, locale).findings],
        "sociograms": _sociograms(material, analysis, words),
        "not_computed": _not_computed(analysis, words),
        "questions": [_question(each, words) for each in distributions(material)],
        "participation": about.participation,
        "relations": [_relation(each, words) for each in about.relations],
        "pupils": _pupils(material, analysis, words) if pupil_pages else [],
        "words": _headings(words),
    }


def _facts(material: Material, words: Words) -> list[str]:
    return [
        words.text(
            "{submitted} av {participants} har levert.",
            submitted=material.submitted,
            participants=len(material.participants),
        ).rstrip("."),
        mode_word(material, words),
        level_word(material, words),
        words.text("Slettes {day}", day=material.delete_on),
    ]


def mode_word(material: Material, words: Words) -> str:
    if material.mode == "suspicion":
        return words.text("Undersøker en mistanke")
    return words.text("Forebyggende")


def level_word(material: Material, words: Words) -> str:
    return words.text("Uten navn") if material.anonymised else words.text("Med navn")


def _footer(material: Material, words: Words, made_at: datetime) -> str:
    return words.text(
        "Samspill · {mode} · {level} · laget {made} · slettes {day}",
        mode=mode_word(material, words),
        level=level_word(material, words),
        made=made_at.strftime("%Y-%m-%d %H.%M"),
        day=material.delete_on,
    )


def _not_computed(analysis: ClassAnalysis, words: Words) -> str:
    if analysis.is_complete:
        return ""
    return words.text(
        "Grupper og valg som ikke ble gjengjeldt, var ikke regnet ut da dette ble laget."
    )


def _finding(finding: FindingText) -> dict[str, object]:
    notes = [finding.certainty, finding.not_meaning, finding.next_step]
    return {
        "headline": finding.headline,
        "detail": finding.detail,
        "notes": [note for note in notes if note],
    }


def _sociograms(material: Material, analysis: ClassAnalysis, words: Words) -> list[Any]:
    drawn = []
    for question in material.nominations:
        alt = words.text("Sosiogram. Tabellen under «Om svarene» sier det samme.")
        drawing = network_drawing(
            analysis.relations[question.question_id],
            material,
            analysis.positions,
            Filters(friend_groups=True, on_paper=True),
            alt,
        )
        drawn.append({"text": question.text, "svg": network_svg(drawing), "alt": alt})
    return drawn


def _question(found: Distribution, words: Words) -> dict[str, object]:
    said = distribution_sentence(found, words)
    skipped = words.text("{skipped} hoppet over.", skipped=found.skipped) if found.skipped else ""
    return {
        "text": found.question.text,
        "is_scale": found.question.kind in SCALES,
        "parts": [{"text": part.text, "count": part.count} for part in found.parts],
        "sentence": f"{said} {skipped}".strip(),
    }


def _relation(each: RelationQuality, words: Words) -> dict[str, object]:
    return {
        "text": each.question.text,
        "density": each.density,
        "reciprocity": each.reciprocity,
        "mutual_pairs": each.mutual_pairs,
        "choices": each.choices,
        "times_chosen": [
            {
                "who": row.who,
                "chosen": words.text(
                    "{chosen} av {possible}", chosen=row.chosen, possible=row.could_have_chosen
                ),
            }
            for row in each.times_chosen
        ],
    }


def _pupils(material: Material, analysis: ClassAnalysis, words: Words) -> list[Any]:
    pages = []
    for each in material.participants:
        page = pupil_page(material, analysis, each.participant_id, words)
        answers = [
            {"text": a.question.text, "answer": a.answer or words.text("Ikke besvart")}
            for a in page.answers
        ]
        relations = [_pupil_relation(relation, words) for relation in page.relations]
        pages.append({"who": page.who, "answers": answers, "relations": relations})
    return pages


def _pupil_relation(relation: PupilRelations, words: Words) -> dict[str, object]:
    def row(label: str, names: Sequence[str]) -> dict[str, str]:
        return {"label": f"{label}: ", "names": ", ".join(names) or "–"}

    return {
        "text": relation.question.text,
        "chosen": relation.chosen,
        "usual": relation.usual,
        "rows": [
            row(words.text("Valgte hverandre"), relation.mutual),
            row(words.text("Ble valgt av"), relation.chosen_by),
            row(words.text("Valgte"), relation.chose),
        ],
    }


def _headings(words: Words) -> dict[str, str]:
    return {
        "findings": words.text("Det som skiller seg ut"),
        "no_findings": words.text("Ingenting skiller seg ut i disse svarene."),
        "legend": words.text(
            "Heltrukken strek: valgte hverandre. Stiplet pil: valgte én vei. Sirkel: jente. "
            "Firkant: gutt. Sekskant: ikke oppgitt. Stiplet omriss: svarte ikke."
        ),
        "geometry": geometry_sentence(words),
        "questions": words.text("Spørsmålene"),
        "about": words.text("Om svarene"),
        "question": words.text("Spørsmål"),
        "density": words.text("Tetthet"),
        "reciprocity": words.text("Gjensidighet"),
        "mutual_pairs": words.text("Gjensidige par"),
        "choices": words.text("Valg"),
        "times_chosen": words.text("Ganger valgt"),
        "pupil": words.text("Elev"),
        "chosen": words.text("Valgt"),
    }


def geometry_sentence(words: Words) -> str:
    """Say what the picture's geometry means and does not (DESIGN 6)."""
    return words.text(
        "Nærhet i bildet viser hvem som henger sammen. Avstand fra midten betyr ingenting."
    )

"""Which readings are about one pupil (SPEC I8)."""

from typing import Final

READINGS: Final = frozenset(
    {
        "report_overview",
        "report_questions",
        "report_pupil",
        "report_pupils",
        "sociogram",
        "report_quality",
        "report_pdf",
    }
)
"""Purposes of permits; everything else in the chain is about rights."""

"""Answers and names meet here, in memory, for one reader (ARCHITECTURE: who joins names and answers)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from samspill_kit.ids import SurveyId
from samspill_kit.principal import StaffPrincipal
from samspill_reports.domain.errors import LevelTooLow, SurveyIsLocked, SurveyNotClosed
from samspill_reports.domain.material import GivenAnswer, Level, Material, Participant
from samspill_reports.domain.naming import labels, without_names
from samspill_reports.domain.ports import Answers, Locks, Permits, Surveys, Words


@dataclass(frozen=True, slots=True)
class Reading:
    """Which survey is read, in which language, with names or as "elev n", and what for."""

    survey_id: str
    locale: str
    anonymised: bool
    purpose: str
    participants: Sequence[str] = ()
    """Empty: everyone."""


@dataclass(frozen=True, slots=True)
class GatherMaterial:
    """Asks for a permit first: what cannot be written in the audit chain cannot be read (SPEC I8)."""

    surveys: Surveys
    permits: Permits
    answers: Answers
    locks: Locks

    async def __call__(self, reading: Reading, words: Words, *, by: StaffPrincipal) -> Material:
        """Raises:
        SurveyNotClosed: answers are read after closing, never before (SPEC S8).
        SurveyIsLocked: a deletion has been asked for.
        LevelTooLow: the reader may see numbers of the class alone.
        """
        survey_id = reading.survey_id
        if await self.locks.is_locked(by.school_id, SurveyId.parse(survey_id)):
            raise SurveyIsLocked(survey_id=survey_id)
        form = await self.surveys.form(survey_id, reading.locale)
        if not form.is_closed:
            raise SurveyNotClosed(survey_id=survey_id)
        # The permit carries the lower of this and what is granted. Free text belongs to the anonymised
        # view too, with its names replaced (SPEC G6).
        permit = await self.permits.issue(
            survey_id,
            level=Level.FREE_TEXT,
            participants=reading.participants,
            purpose=reading.purpose,
        )
        if not permit.level.shows_individuals:
            raise LevelTooLow(survey_id=survey_id)
        recorded = await self.answers.of(survey_id, permit)
        everyone = await self.surveys.participants(survey_id)

        anonymised = reading.anonymised or not permit.level.shows_names
        pupil_word = words.text("elev {number}", number="{number}")
        return Material(
            survey_id=survey_id,
            title=form.title,
            groups=form.groups,
            mode=form.mode,
            delete_on=form.delete_on,
            closed_at=form.closed_at,
            questions=form.questions,
            participants=everyone,
            states=recorded.states,
            answers=_cleaned(recorded.answers, everyone, pupil_word, anonymised=anonymised),
            level=permit.level,
            anonymised=anonymised,
            labels=labels(everyone, pupil_word=pupil_word, anonymised=anonymised),
        )


def _cleaned(
    answers: Sequence[GivenAnswer],
    everyone: Sequence[Participant],
    pupil_word: str,
    *,
    anonymised: bool,
) -> Sequence[GivenAnswer]:
    if not anonymised:
        return answers
    return [
        replace(each, text=without_names(each.text, everyone, pupil_word=pupil_word))
        if each.text
        else each
        for each in answers
    ]

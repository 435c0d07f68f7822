"""Answers under their survey's key: padded, sealed to their one row, and marked (SPEC R2)."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from samspill_kit.crypto import Envelope, IssuedKey, LeasedKeys, associated, derive, pad, unpad
from samspill_kit.ids import ParticipantId, SchoolId, SurveyId
from samspill_responses.domain.answers import Recorded, Skipped
from samspill_responses.domain.ids import QuestionId
from samspill_responses.domain.saving import SealedAnswer
from samspill_responses.storage.encoding import decode, encode

_SMALLEST: Final = 128
"""Bytes. Seven names chosen look like none, and like a question passed over."""

_ENCODING: Final = 1


class SurveyKey:
    """What is made of a survey's `answers` key; lives as long as its lease."""

    __slots__ = ("envelope", "marking")

    def __init__(self, key: bytes) -> None:
        self.envelope = Envelope(key)
        self.marking = derive(key, "marks")


@dataclass(frozen=True, slots=True)
class SurveySeal:
    """Seals and opens the answers of one survey."""

    school_id: SchoolId
    survey_id: SurveyId
    key: SurveyKey

    def seal(
        self, participant_id: ParticipantId, question_id: QuestionId, answer: Recorded
    ) -> SealedAnswer:
        padded = pad(encode(answer), to=_SMALLEST)
        place = self._place(participant_id, question_id)
        is_skipped = isinstance(answer.value, Skipped)
        return SealedAnswer(
            question_id,
            ciphertext=self.key.envelope.seal(padded, place),
            mark=is_skipped != self.mask(participant_id, question_id),
        )

    def open(
        self, participant_id: ParticipantId, question_id: QuestionId, ciphertext: bytes
    ) -> Recorded:
        place = self._place(participant_id, question_id)
        return decode(unpad(self.key.envelope.open(ciphertext, place)))

    def mask(self, participant_id: ParticipantId, question_id: QuestionId) -> bool:
        whose = participant_id.value.bytes + question_id.value.bytes
        return bool(hmac.digest(self.key.marking, whose, "sha256")[0] & 1)

    def _place(self, participant_id: ParticipantId, question_id: QuestionId) -> bytes:
        key = (self.school_id, self.survey_id, participant_id, question_id)
        return associated("responses", "answers", *key, column="ciphertext", version=_ENCODING)


class LeasedSeals:
    """Seals over keys that retention lends for a while."""

    def __init__(self, issue: Callable[[SchoolId, SurveyId], Awaitable[IssuedKey]]) -> None:
        self._keys = LeasedKeys(issue, SurveyKey)

    async def of(self, school_id: SchoolId, survey_id: SurveyId) -> SurveySeal:
        return SurveySeal(school_id, survey_id, await self._keys.key(school_id, survey_id))

    def forget(self, survey_id: SurveyId) -> None:
        self._keys.forget(survey_id)

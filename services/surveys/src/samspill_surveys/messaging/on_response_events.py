"""What responses tells: it sealed a survey at its closing time."""

from datetime import UTC
from typing import Final

from samspill.responses.v1 import responses_events_pb2 as pb
from samspill_kit.events import Delivery, Subscription
from samspill_kit.ids import SchoolId, SurveyId
from samspill_surveys.usecases.note_sealing import NoteSealing

SEALED: Final = "samspill.responses.survey.sealed.v1"


class ResponseEvents:
    """Takes in the facts of responses."""

    def __init__(self, note_sealing: NoteSealing) -> None:
        self._note_sealing = note_sealing

    @property
    def subscriptions(self) -> dict[str, Subscription[pb.SurveySealed]]:
        """By subject."""
        return {SEALED: Subscription(pb.SurveySealed.FromString, self.on_survey_sealed)}

    async def on_survey_sealed(self, delivery: Delivery[pb.SurveySealed]) -> None:
        sealed = delivery.event
        await self._note_sealing(
            SchoolId.parse(sealed.school_id),
            SurveyId.parse(sealed.survey_id),
            sealed_at=sealed.at.ToDatetime(tzinfo=UTC),
            told_as=delivery.event_id,
        )

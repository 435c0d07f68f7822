"""What surveys tells: a survey was closed."""

from datetime import UTC
from typing import Final

from samspill.surveys.v1 import surveys_events_pb2 as pb
from samspill_identity.usecases.note_closing import NoteClosing
from samspill_kit.events import Delivery, Subscription
from samspill_kit.ids import SchoolId, SurveyId

CLOSED: Final = "samspill.surveys.survey.closed.v1"


class SurveyEvents:
    """Takes in the facts of surveys."""

    def __init__(self, note_closing: NoteClosing) -> None:
        self._note_closing = note_closing

    @property
    def subscriptions(self) -> dict[str, Subscription[pb.SurveyClosed]]:
        """By subject."""
        return {CLOSED: Subscription(pb.SurveyClosed.FromString, self.on_survey_closed)}

    async def on_survey_closed(self, delivery: Delivery[pb.SurveyClosed]) -> None:
        closed = delivery.event
        await self._note_closing(
            delivery.event_id,
            SchoolId.parse(closed.school_id),
            SurveyId.parse(closed.survey_id),
            at=closed.at.ToDatetime(tzinfo=UTC),
        )

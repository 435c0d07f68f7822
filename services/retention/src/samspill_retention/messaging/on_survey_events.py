"""Facts of surveys that retention takes in."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from samspill.surveys.v1 import surveys_events_pb2 as pb
from samspill_kit.events import Delivery, Subscription
from samspill_kit.ids import SchoolId, SurveyId
from samspill_retention.usecases.note_closing import NoteClosing


def subscriptions(note_closing: NoteClosing) -> dict[str, Subscription[Any]]:
    """Return how each subject is decoded and handled."""

    async def on_closed(delivery: Delivery[pb.SurveyClosed]) -> None:
        await note_closing(
            SchoolId.parse(delivery.event.school_id),
            SurveyId.parse(delivery.event.survey_id),
            closed_at=delivery.event.at.ToDatetime(tzinfo=UTC),
            delivered_as=str(delivery.event_id),
        )

    return {
        "samspill.surveys.survey.closed.v1": Subscription(pb.SurveyClosed.FromString, on_closed)
    }

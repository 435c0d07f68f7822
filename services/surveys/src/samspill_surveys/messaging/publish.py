"""From a survey's facts to the events other services read; ids only (SPEC P2)."""

from typing import Final

from google.protobuf.message import Message

from samspill.surveys.v1 import surveys_events_pb2 as pb
from samspill_kit.facts import Fact
from samspill_kit.grpc.timestamps import timestamp_of
from samspill_kit.ids import IdFactory
from samspill_surveys.domain.events import (
    ParticipantsChanged,
    SurveyClosed,
    SurveyEvent,
    SurveyOpened,
)

SUBJECTS: Final = {
    SurveyOpened: "samspill.surveys.survey.opened.v1",
    SurveyClosed: "samspill.surveys.survey.closed.v1",
    ParticipantsChanged: "samspill.surveys.survey.participants_changed.v1",
}


def event_to_pb(event: SurveyEvent) -> Message:
    ids = {"school_id": str(event.school_id), "survey_id": str(event.survey_id)}
    match event:
        case SurveyOpened():
            return pb.SurveyOpened(
                **ids,
                at=timestamp_of(event.at),
                participants=event.participants,
                version=event.version,
            )
        case SurveyClosed():
            return pb.SurveyClosed(**ids, at=timestamp_of(event.at), version=event.version)
        case ParticipantsChanged():
            return pb.ParticipantsChanged(
                **ids,
                joined=[str(one) for one in event.joined],
                left=[str(one) for one in event.left],
                version=event.version,
            )


class Encoder:
    """Makes each fact a row for the outbox."""

    def __init__(self, ids: IdFactory) -> None:
        self._ids = ids

    def __call__(self, event: SurveyEvent) -> Fact:
        return Fact.new(
            self._ids,
            SUBJECTS[type(event)],
            event_to_pb(event).SerializeToString(),
            at=event.at,
            survey_id=event.survey_id,
        )

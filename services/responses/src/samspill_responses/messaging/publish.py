"""Facts of this service as contract messages; ids alone (SPEC P2)."""

from dataclasses import dataclass
from typing import cast

from google.protobuf.message import Message

from samspill.responses.v1 import responses_events_pb2 as pb
from samspill_kit.facts import Fact
from samspill_kit.ids import IdFactory
from samspill_responses.domain.events import ParticipantStateChanged, SurveySealed

STATE_CHANGED = "samspill.responses.participant.state_changed.v1"
SEALED = "samspill.responses.survey.sealed.v1"


@dataclass(frozen=True, slots=True)
class Facts:
    """Makes facts of what the domain has recorded, each with an id of its own."""

    ids: IdFactory

    def __call__(self, event: object) -> Fact:
        subject, message = _subject_and_message(event)
        body = message.SerializeToString()
        # Both kinds name their survey and their moment.
        told = cast("ParticipantStateChanged | SurveySealed", event)
        return Fact.new(self.ids, subject, body, at=told.at, survey_id=told.survey_id)


def _subject_and_message(event: object) -> tuple[str, Message]:
    match event:
        case ParticipantStateChanged():
            changed = pb.ParticipantStateChanged(
                school_id=str(event.school_id),
                survey_id=str(event.survey_id),
                participant_id=str(event.participant_id),
                state=event.state.value,
            )
            changed.at.FromDatetime(event.at)
            return STATE_CHANGED, changed
        case SurveySealed():
            sealed = pb.SurveySealed(school_id=str(event.school_id), survey_id=str(event.survey_id))
            sealed.at.FromDatetime(event.at)
            return SEALED, sealed
        case _:
            raise TypeError(f"Not a fact of responses: {type(event).__name__}")

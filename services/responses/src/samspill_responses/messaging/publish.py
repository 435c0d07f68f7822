"""Facts of this service as contract messages; ids alone (SPEC P2)."""

from google.protobuf.message import Message

from samspill.responses.v1 import responses_events_pb2 as pb
from samspill_responses.domain.events import ParticipantStateChanged, SurveySealed

STATE_CHANGED = "samspill.responses.participant.state_changed.v1"
SEALED = "samspill.responses.survey.sealed.v1"


def subject_and_message(event: object) -> tuple[str, Message]:
    """The subject and the body of a fact."""
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

"""Facts on their way to other services: a subject, bytes of the contract, and ids; never names."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from samspill_kit.ids import EventId, IdFactory, SurveyId


@dataclass(frozen=True, slots=True)
class Fact:
    """An encoded domain event, as an outbox keeps it."""

    event_id: EventId
    subject: str
    """`samspill.<service>.<entity>.<fact>.v<N>`"""

    payload: bytes
    """A protobuf message that holds ids alone (SPEC P2)."""

    at: datetime
    survey_id: SurveyId | None = None
    """Whose deletion takes the row along; None when it is about no survey."""

    @classmethod
    def new(
        cls,
        ids: IdFactory,
        subject: str,
        payload: bytes,
        *,
        at: datetime,
        survey_id: SurveyId | None = None,
    ) -> Self:
        """Return a fact with a new id."""
        return cls(ids.new(EventId), subject, payload, at, survey_id)

    @property
    def headers(self) -> dict[str, str]:
        """The CloudEvents attributes, binary mode (CloudEvents 1.0, NATS binding 3.1)."""
        headers = {
            "ce-specversion": "1.0",
            "ce-id": str(self.event_id),
            "ce-source": "/".join(self.subject.split(".")[:2]),
            "ce-type": self.subject,
            "ce-time": self.at.isoformat(),
            "content-type": "application/protobuf",
        }
        if self.survey_id:
            headers["ce-subject"] = str(self.survey_id)
        return headers

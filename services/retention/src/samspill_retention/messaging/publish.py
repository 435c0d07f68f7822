"""A finished deletion as a fact for others; ids only (SPEC P2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from samspill.retention.v1 import retention_events_pb2 as pb
from samspill_kit.clock import Clock
from samspill_kit.facts import Fact
from samspill_kit.grpc.timestamps import timestamp_of
from samspill_kit.ids import IdFactory
from samspill_retention.domain.deletion import Deletion

SURVEY_ERASED: Final = "samspill.retention.survey.erased.v1"


def encoder(ids: IdFactory, clock: Clock) -> Callable[[Deletion], Fact]:
    """Return the function that turns an erased survey into its fact."""

    def encode(deletion: Deletion) -> Fact:
        now = clock.now()
        message = pb.SurveyErased(
            school_id=str(deletion.school_id),
            survey_id=str(deletion.survey_id),
            at=timestamp_of(now),
        )
        payload = message.SerializeToString()
        return Fact.new(ids, SURVEY_ERASED, payload, at=now, survey_id=deletion.survey_id)

    return encode

"""What is stored more than once, or though nobody was told so."""

from __future__ import annotations

from collections import Counter
from typing import Final
from uuid import UUID

from deploy.local.installation import LocalInstallation
from samspill.responses.v1 import responses_events_pb2 as events
from tests.e2e.leftovers import rows_of

ONCE: Final = ("started", "submitted")
"""States that a participant of the proof comes to one time."""

_ANSWERS: Final = "select count(*) from answers where $1::uuid is not null"
_FACTS: Final = (
    "select payload from outbox where subject like '%state_changed%' and $1::uuid is not null"
)


async def doubles(installation: LocalInstallation, *, answers: int) -> int:
    """Count answers beyond those that pupils gave, and facts that a participant caused twice.

    `answers` is how many pairs of pupil and question were acknowledged; nothing else may be stored.
    """
    nobody = str(UUID(int=0))
    ((stored,),) = await rows_of(installation, "responses", _ANSWERS, nobody)
    told: Counter[tuple[str, str]] = Counter()
    for (payload,) in await rows_of(installation, "responses", _FACTS, nobody):
        fact = events.ParticipantStateChanged.FromString(payload)
        told[fact.participant_id, fact.state] += 1
    twice = sum(count - 1 for (_, state), count in told.items() if state in ONCE)
    return max(0, int(stored) - answers) + twice

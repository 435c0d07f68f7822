"""Identity: no permit without its audit entry (SPEC I8, P3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from samspill.identity.v1 import access_pb2 as pb
from samspill.identity.v1 import access_pb2_grpc as pb_grpc
from samspill_kit.grpc import Channel
from samspill_reports.domain.material import Level
from samspill_reports.domain.ports import Permit

LEVELS: Final = {
    Level.AGGREGATE: pb.READ_LEVEL_AGGREGATE,
    Level.PSEUDONYMOUS: pb.READ_LEVEL_PSEUDONYMOUS,
    Level.NAMED: pb.READ_LEVEL_NAMED,
    Level.FREE_TEXT: pb.READ_LEVEL_FREE_TEXT,
}
LEVEL_OF: Final = {number: level for level, number in LEVELS.items()}


class RemotePermits:
    def __init__(self, channel: Channel) -> None:
        self._commands = channel.stub(pb_grpc.PermitCommandServiceStub)

    async def issue(
        self, survey_id: str, *, level: Level, participants: Sequence[str], purpose: str
    ) -> Permit:
        request = pb.IssuePermitRequest(
            survey_id=survey_id,
            level=LEVELS[level],
            participant_ids=participants,
            purpose=purpose,
        )
        answer = await self._commands.IssuePermit(request)
        return Permit(answer.permit, LEVEL_OF[answer.level])

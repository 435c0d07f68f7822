"""The hot path of entering pupils: SQL functions with the invoker's rights, through asyncpg."""

from datetime import datetime
from typing import Any, Final

from samspill_identity.domain.errors import CodeRevoked, CodeUnknown, SurveyClosed
from samspill_identity.domain.ports import NewEntry
from samspill_identity.domain.sessions import PupilSession
from samspill_kit.db import FastDatabase
from samspill_kit.errors import DomainError
from samspill_kit.ids import MunicipalityId, ParticipantId, SchoolId, SessionId, SurveyId

_REFUSALS: Final[dict[str, type[DomainError]]] = {
    refusal.code: refusal for refusal in (CodeUnknown, CodeRevoked, SurveyClosed)
}


class SqlPupilDoor:
    """The functions set the scope themselves, from the one row that the hash shows them."""

    def __init__(self, database: FastDatabase) -> None:
        self._database = database

    async def enter(self, code_hash: bytes, entry: NewEntry) -> PupilSession:
        row = await self._database.fetchrow(
            "select * from enter_code($1, $2, $3, $4)",
            code_hash,
            entry.session_id.value,
            entry.token_hash,
            entry.at,
        )
        assert row is not None  # The function always answers with one row.
        if row["outcome"] != "entered":
            raise _REFUSALS[row["outcome"]]
        return _session_of(row)

    async def find(self, token_hash: bytes, *, at: datetime) -> PupilSession | None:
        row = await self._database.fetchrow(
            "select * from find_pupil_session($1, $2)", token_hash, at
        )
        return _session_of(row) if row else None

    async def end(self, token_hash: bytes, *, at: datetime) -> None:
        await self._database.fetchrow("select end_pupil_session($1, $2)", token_hash, at)


def _session_of(row: Any) -> PupilSession:
    return PupilSession(
        id=SessionId(row["session_id"]),
        municipality_id=MunicipalityId(row["municipality_id"]),
        school_id=SchoolId(row["school_id"]),
        survey_id=SurveyId(row["survey_id"]),
        participant_id=ParticipantId(row["participant_id"]),
        write_only=row["write_only"],
        expires_at=row["expires_at"],
    )

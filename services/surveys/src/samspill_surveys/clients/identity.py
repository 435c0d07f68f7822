"""Identity's roster and grants, as the person whose passport this call carries."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from samspill.identity.v1 import (
    access_pb2,
    access_pb2_grpc,
    roster_pb2,
    roster_pb2_grpc,
    sessions_pb2,
    sessions_pb2_grpc,
)
from samspill_kit.ids import GroupId, PupilId, StaffId, SurveyId
from samspill_kit.principal import Level
from samspill_surveys.domain.ceilings import Ceilings
from samspill_surveys.domain.participants import Card, Gender, RosterPupil
from samspill_surveys.domain.survey import Reader, SurveyGroup

GENDERS: Final = {
    roster_pb2.GENDER_GIRL: Gender.GIRL,
    roster_pb2.GENDER_BOY: Gender.BOY,
}

LEVELS: Final = {
    Level.AGGREGATE: access_pb2.READ_LEVEL_AGGREGATE,
    Level.PSEUDONYMOUS: access_pb2.READ_LEVEL_PSEUDONYMOUS,
    Level.NAMED: access_pb2.READ_LEVEL_NAMED,
    Level.FREE_TEXT: access_pb2.READ_LEVEL_FREE_TEXT,
}


class IdentityRosters:
    """Groups and pupils of the active school."""

    def __init__(self, stub: "roster_pb2_grpc.RosterQueryServiceAsyncStub") -> None:
        self._stub = stub

    async def groups(self) -> Sequence[SurveyGroup]:
        answer = await self._stub.ListGroups(roster_pb2.ListGroupsRequest())
        return [SurveyGroup(GroupId.parse(group.group_id), group.name) for group in answer.groups]

    async def pupils_of(self, group_ids: Sequence[GroupId]) -> Sequence[RosterPupil]:
        answer = await self._stub.ListPupils(
            roster_pb2.ListPupilsRequest(group_ids=[str(group_id) for group_id in group_ids])
        )
        wanted = set(group_ids)
        return [_pupil_from_pb(pupil, wanted) for pupil in answer.pupils]


def _pupil_from_pb(pupil: roster_pb2.Pupil, wanted: set[GroupId]) -> RosterPupil:
    """The pupil, with those groups alone that the survey was made for."""
    groups = (GroupId.parse(group_id) for group_id in pupil.group_ids)
    card = Card(
        name=pupil.name,
        gender=GENDERS.get(pupil.gender),
        group_ids=tuple(group_id for group_id in groups if group_id in wanted),
    )
    return RosterPupil(PupilId.parse(pupil.pupil_id), card)


class IdentitySurveyGrants:
    """Who made a survey and who reads it."""

    def __init__(
        self,
        commands: "access_pb2_grpc.SurveyGrantCommandServiceAsyncStub",
        queries: "access_pb2_grpc.SurveyGrantQueryServiceAsyncStub",
    ) -> None:
        self._commands = commands
        self._queries = queries

    async def record(
        self, survey_id: SurveyId, group_ids: Sequence[GroupId], *, delete_on: date
    ) -> Ceilings:
        answer = await self._commands.RecordSurvey(
            access_pb2.RecordSurveyRequest(
                survey_id=str(survey_id),
                group_ids=[str(group_id) for group_id in group_ids],
                delete_on=delete_on.isoformat(),
            )
        )
        # An identity of the release before tells none.
        return _ceilings_from_pb(answer.ceilings) if answer.HasField("ceilings") else Ceilings()

    async def preview_readers(self, survey_id: SurveyId) -> Sequence[Reader]:
        answer = await self._queries.PreviewReaders(
            access_pb2.PreviewReadersRequest(survey_id=str(survey_id))
        )
        return _readers_from_pb(answer.readers)

    async def fix_readers(self, survey_id: SurveyId) -> Sequence[Reader]:
        answer = await self._commands.FixReaders(
            access_pb2.FixReadersRequest(survey_id=str(survey_id))
        )
        return _readers_from_pb(answer.readers)

    async def share(
        self, survey_id: SurveyId, staff_id: StaffId, *, wished: Level, reason: str
    ) -> Sequence[Reader]:
        answer = await self._commands.ShareSurvey(
            access_pb2.ShareSurveyRequest(
                survey_id=str(survey_id),
                staff_id=str(staff_id),
                level=LEVELS[wished],
                reason=reason,
            )
        )
        return _readers_from_pb(answer.readers)

    async def end_share(self, survey_id: SurveyId, staff_id: StaffId) -> Sequence[Reader]:
        answer = await self._commands.EndShare(
            access_pb2.EndShareRequest(survey_id=str(survey_id), staff_id=str(staff_id))
        )
        return _readers_from_pb(answer.readers)


def _ceilings_from_pb(ceilings: access_pb2.Ceilings) -> Ceilings:
    return Ceilings(
        languages=tuple(ceilings.languages),
        longest_keep_days=ceilings.longest_keep_days,
        free_text_bands=tuple(ceilings.free_text_bands),
    )


def _readers_from_pb(readers: Iterable[access_pb2.Reader]) -> list[Reader]:
    return [
        Reader(StaffId.parse(reader.staff_id), reader.display_name, reader.role)
        for reader in readers
    ]


class IdentitySigningKeys:
    """The public keys that passports are verified with."""

    def __init__(self, stub: "sessions_pb2_grpc.SigningKeyQueryServiceAsyncStub") -> None:
        self._stub = stub

    async def fetch(self) -> str:
        """A JSON Web Key Set."""
        answer = await self._stub.ListSigningKeys(sessions_pb2.ListSigningKeysRequest())
        return answer.jwks_json

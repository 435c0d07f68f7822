"""Change the active school of a sign-in."""

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_identity.domain.errors import SchoolNotFound, SessionUnknown
from samspill_identity.domain.ports import Schools, StaffSessions
from samspill_identity.domain.schools import School, roles_at
from samspill_identity.domain.sessions import StaffSession, hash_of
from samspill_kit.clock import Clock
from samspill_kit.ids import SchoolId


@dataclass(frozen=True, slots=True)
class ChooseSchool:
    """Changes the one active school of a session; only to a school of the person's own."""

    sessions: StaffSessions
    schools: Schools
    clock: Clock

    async def __call__(self, session_token: str, school_id: SchoolId) -> None:
        token_hash = hash_of(session_token)
        session = await self.sessions.find(token_hash)
        if session is None or not session.is_alive_at(self.clock.now()):
            raise SessionUnknown
        if school_id not in _own(await self.schools.all(), session):
            raise SchoolNotFound
        await self.sessions.save(token_hash, session.at_school(school_id))


def _own(schools: Sequence[School], session: StaffSession) -> frozenset[SchoolId]:
    return frozenset(one.id for one in schools if roles_at(one, session.person.memberships))

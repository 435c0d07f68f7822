"""Make a municipality the active place of a sign-in."""

from dataclasses import dataclass

from samspill_identity.domain.errors import MunicipalityNotFound, SessionUnknown
from samspill_identity.domain.ports import Schools, StaffSessions
from samspill_identity.domain.schools import administers
from samspill_identity.domain.sessions import hash_of
from samspill_kit.clock import Clock
from samspill_kit.ids import MunicipalityId


@dataclass(frozen=True, slots=True)
class ChooseMunicipality:
    """Only a municipality of the person's own; no school is active meanwhile."""

    sessions: StaffSessions
    schools: Schools
    clock: Clock

    async def __call__(self, session_token: str, municipality_id: MunicipalityId) -> None:
        token_hash = hash_of(session_token)
        session = await self.sessions.find(token_hash)
        if session is None or not session.is_alive_at(self.clock.now()):
            raise SessionUnknown
        memberships = session.person.memberships
        everyone = await self.schools.municipalities()
        own = {one.id for one in everyone if administers(one, memberships)}
        if municipality_id not in own:
            raise MunicipalityNotFound
        await self.sessions.save(token_hash, session.at_municipality(municipality_id))

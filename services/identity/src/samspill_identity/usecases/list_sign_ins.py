"""Show the living sign-ins: to the person, and to a leader."""

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_identity.domain.errors import SessionUnknown, StaffNotFound
from samspill_identity.domain.grants import demand_leader
from samspill_identity.domain.ports import Begin, StaffSessions
from samspill_identity.domain.sessions import STAFF_ENDS_AFTER, STAFF_IDLE_FOR, SignIn, hash_of
from samspill_kit.clock import Clock
from samspill_kit.ids import SessionId, StaffId
from samspill_kit.principal import StaffPrincipal


@dataclass(frozen=True, slots=True)
class ListSignIns:
    """Without tokens; dead ones are left out."""

    sessions: StaffSessions
    begin: Begin
    clock: Clock

    async def __call__(self, session_token: str) -> tuple[SessionId, Sequence[SignIn]]:
        """The id of the sign-in that asks, and all of the same person."""
        asking = await self.sessions.find(hash_of(session_token))
        if asking is None or not asking.is_alive_at(self.clock.now()):
            raise SessionUnknown
        return asking.id, await self._living(asking.person.staff_id)

    async def of_colleague(self, staff_id: StaffId, *, by: StaffPrincipal) -> Sequence[SignIn]:
        """Those of somebody who works at the leader's school."""
        demand_leader(by)
        async with self.begin(by.school_id) as work:
            if staff_id not in {one.staff_id for one in await work.colleagues.all()}:
                raise StaffNotFound
        return await self._living(staff_id)

    async def _living(self, staff_id: StaffId) -> Sequence[SignIn]:
        now = self.clock.now()
        return [
            one
            for one in await self.sessions.of_person(staff_id)
            if now - one.started_at < STAFF_ENDS_AFTER and now - one.used_at < STAFF_IDLE_FOR
        ]

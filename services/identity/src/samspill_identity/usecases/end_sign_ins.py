"""End sign-ins from a list: one's own, or a colleague's as a leader."""

from dataclasses import dataclass

from samspill_identity.domain.audit import AuditId, Deed
from samspill_identity.domain.errors import SessionUnknown, SignInUnknown, StaffNotFound
from samspill_identity.domain.grants import demand_leader
from samspill_identity.domain.ports import Begin, StaffSessions
from samspill_identity.domain.sessions import hash_of
from samspill_kit.clock import Clock
from samspill_kit.ids import IdFactory, SessionId, StaffId
from samspill_kit.principal import StaffPrincipal


@dataclass(frozen=True, slots=True)
class EndSignIns:
    """What is ended is gone when its passport is, within 30 s (SPEC I1)."""

    sessions: StaffSessions
    begin: Begin
    ids: IdFactory
    clock: Clock

    async def own(self, session_token: str, session_id: SessionId) -> None:
        """End another sign-in of the same person. Raises SignInUnknown for anybody else's."""
        asking = await self.sessions.find(hash_of(session_token))
        if asking is None or not asking.is_alive_at(self.clock.now()):
            raise SessionUnknown
        if not await self.sessions.end_of_person(asking.person.staff_id, session_id):
            raise SignInUnknown

    async def of_colleague(
        self, staff_id: StaffId, session_id: SessionId | None, *, by: StaffPrincipal
    ) -> int:
        """End those of somebody who works at the leader's school, after writing it down."""
        demand_leader(by)
        async with self.begin(by.school_id) as work:
            if staff_id not in {one.staff_id for one in await work.colleagues.all()}:
                raise StaffNotFound
            await work.audit.append(
                Deed(
                    id=self.ids.new(AuditId),
                    school_id=by.school_id,
                    staff_id=by.staff_id,
                    purpose="sessions_ended",
                    at=self.clock.now(),
                    subject_id=staff_id,
                )
            )
            await work.commit()
        return await self.sessions.end_of_person(staff_id, session_id)

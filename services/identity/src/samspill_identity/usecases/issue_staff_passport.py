"""Turn a staff session's token into a passport."""

from dataclasses import dataclass, replace

from samspill_identity.domain.errors import (
    IdentityProviderDown,
    SessionUnknown,
    SignInRefused,
)
from samspill_identity.domain.grants import in_force
from samspill_identity.domain.ports import (
    Begin,
    IdentityProvider,
    SignedToken,
    StaffSessions,
    Tokens,
)
from samspill_identity.domain.schools import School, roles_at
from samspill_identity.domain.sessions import TOUCH_EVERY, StaffSession, hash_of
from samspill_identity.usecases.keep_rights import KeepRights
from samspill_kit.clock import Clock
from samspill_kit.ids import SchoolId
from samspill_kit.logging import get_logger
from samspill_kit.principal import Grant, StaffPrincipal

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class StaffPassport:
    """A passport with what the frame of a staff page shows."""

    token: SignedToken
    principal: StaffPrincipal
    display_name: str
    school: School
    schools: tuple[School, ...]


@dataclass(frozen=True, slots=True)
class IssueStaffPassport:
    """Rights older than 20 s are read anew from Keycloak first (SPEC I1).

    Keycloak refusing ends the session; Keycloak not answering keeps what is known for 15 minutes.
    """

    sessions: StaffSessions
    provider: IdentityProvider
    keep_rights: KeepRights
    begin: Begin
    tokens: Tokens
    clock: Clock

    async def __call__(self, session_token: str) -> StaffPassport:
        token_hash = hash_of(session_token)
        session = await self._living(token_hash)
        schools = await self.keep_rights.schools_of(session.person)
        school = next((one for one in schools if one.id == session.active_school), schools[0])
        session = session.at_school(school.id)
        await self._touch(token_hash, session)
        principal = StaffPrincipal(
            staff_id=session.person.staff_id,
            municipality_id=school.municipality_id,
            school_id=school.id,
            roles=roles_at(school, session.person.memberships),
            grants=await self._grants(school.id, session),
            session_id=session.id,
        )
        return StaffPassport(
            self.tokens.staff_passport(principal),
            principal,
            session.person.display_name,
            school,
            tuple(schools),
        )

    async def _living(self, token_hash: bytes) -> StaffSession:
        now = self.clock.now()
        session = await self.sessions.find(token_hash)
        if session is None or not session.is_alive_at(now):
            await self.sessions.end(token_hash)
            raise SessionUnknown
        if session.needs_rights_at(now):
            return await self._refreshed(token_hash, session)
        return session

    async def _refreshed(self, token_hash: bytes, session: StaffSession) -> StaffSession:
        try:
            person = await self.provider.refresh(session.person)
        except SignInRefused:
            await self.sessions.end(token_hash)
            raise SessionUnknown from None
        except IdentityProviderDown:
            if not session.may_go_on_without_provider_at(self.clock.now()):
                raise
            log.warning("Keycloak does not answer; known rights are kept", session_id=session.id)
            return session
        before = session.person.memberships
        session = session.with_rights(person, at=self.clock.now())
        if person.memberships != before:
            await self._note_change(person_session=session)
        await self.sessions.save(token_hash, replace(session, used_at=self.clock.now()))
        return session

    async def _note_change(self, *, person_session: StaffSession) -> None:
        person = person_session.person
        log.info("A person's memberships changed", staff_id=person.staff_id)
        await self.keep_rights.note(person, await self.keep_rights.schools.all())

    async def _touch(self, token_hash: bytes, session: StaffSession) -> None:
        now = self.clock.now()
        if now - session.used_at >= TOUCH_EVERY:
            await self.sessions.save(token_hash, replace(session, used_at=now))

    async def _grants(self, school_id: SchoolId, session: StaffSession) -> tuple[Grant, ...]:
        async with self.begin(school_id) as work:
            dated = await work.grants.of(session.person.staff_id)
        return in_force(dated, self.clock.now().date())

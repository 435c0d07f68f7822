"""Turn a staff session's token into a passport."""

from dataclasses import dataclass, replace
from typing import Final

from samspill_identity.domain.errors import (
    IdentityProviderDown,
    SessionUnknown,
    SignInRefused,
)
from samspill_identity.domain.grants import in_force, lowest_level
from samspill_identity.domain.outside import IdentityProvider
from samspill_identity.domain.ports import Begin, SignedToken, StaffSessions, Tokens
from samspill_identity.domain.schools import Municipality, Places, School, roles_at
from samspill_identity.domain.sessions import TOUCH_EVERY, StaffSession, hash_of
from samspill_identity.usecases.keep_rights import KeepRights
from samspill_kit.clock import Clock
from samspill_kit.logging import get_logger
from samspill_kit.principal import MunicipalityPrincipal, Share, StaffPrincipal

log = get_logger(__name__)


SHARES_CARRIED: Final = 60
"""The newest; a passport must fit into the header of a call."""


@dataclass(frozen=True, slots=True)
class StaffPassport:
    """A passport with what the frame of a staff page shows."""

    token: SignedToken
    principal: StaffPrincipal | MunicipalityPrincipal
    display_name: str
    place: School | Municipality
    places: Places


@dataclass(frozen=True, slots=True)
class IssueStaffPassport:
    """Rights older than 20 s are read anew from Keycloak first (SPEC I1).

    Keycloak refusing ends the session; Keycloak not answering keeps what is known for 15 minutes.
    One place is active: a school, or a municipality, whose passport opens no school.
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
        places = await self.keep_rights.places_of(session.person)
        place = _active(session, places)
        session = _at(session, place)
        await self._touch(token_hash, session)
        principal, token = await self._signed(session, place)
        return StaffPassport(token, principal, session.person.display_name, place, places)

    async def _signed(
        self, session: StaffSession, place: School | Municipality
    ) -> tuple[StaffPrincipal | MunicipalityPrincipal, SignedToken]:
        person = session.person
        if isinstance(place, Municipality):
            administrator = MunicipalityPrincipal(
                person.staff_id, place.id, session.id, person.has_second_factor
            )
            return administrator, self.tokens.municipality_passport(administrator)
        async with self.begin(place.id) as work:
            dated = await work.grants.of(person.staff_id)
            shared = await work.shares.of_staff(person.staff_id)
        grants = in_force(dated, self.clock.now().date())
        # A share never gives more than the person's own grants do now; without any it gives none.
        own = lowest_level(grants)
        shares = [Share(one.survey_id, min(one.level, own)) for one in shared if own]
        principal = StaffPrincipal(
            staff_id=person.staff_id,
            municipality_id=place.municipality_id,
            school_id=place.id,
            roles=roles_at(place, person.memberships),
            grants=grants,
            session_id=session.id,
            shares=tuple(shares[:SHARES_CARRIED]),
            has_second_factor=person.has_second_factor,
        )
        return principal, self.tokens.staff_passport(principal)

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


def _active(session: StaffSession, places: Places) -> School | Municipality:
    """The chosen place while the person still has it; otherwise the first."""
    chosen: list[School | Municipality] = [
        one for one in places.municipalities if one.id == session.active_municipality
    ]
    chosen += [one for one in places.schools if one.id == session.active_school]
    return [*chosen, *places.schools, *places.municipalities][0]


def _at(session: StaffSession, place: School | Municipality) -> StaffSession:
    if isinstance(place, Municipality):
        return session.at_municipality(place.id)
    return session.at_school(place.id)

"""End sessions: because the browser signs out, or because Keycloak says so."""

from dataclasses import dataclass

from samspill_identity.domain.errors import IdentityProviderDown
from samspill_identity.domain.outside import IdentityProvider
from samspill_identity.domain.ports import PupilDoor, StaffSessions
from samspill_identity.domain.sessions import hash_of
from samspill_kit.clock import Clock
from samspill_kit.logging import get_logger

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class EndSession:
    """Safe to repeat. Ends the Keycloak session too; where that fails, tells where the browser
    can.
    """

    sessions: StaffSessions
    door: PupilDoor
    provider: IdentityProvider
    clock: Clock

    async def __call__(self, session_token: str) -> str:
        token_hash = hash_of(session_token)
        if session_token.startswith("p."):
            await self.door.end(token_hash, at=self.clock.now())
            return ""
        session = await self.sessions.end(token_hash)
        if session is None:
            return ""
        try:
            await self.provider.end(session.person)
        except IdentityProviderDown:
            return self.provider.end_session_url
        return ""


@dataclass(frozen=True, slots=True)
class EndSessionsByLogoutToken:
    """Back-channel logout: Keycloak ended a session, so its sign-ins here end (SPEC I1)."""

    sessions: StaffSessions
    provider: IdentityProvider

    async def __call__(self, logout_token: str) -> None:
        provider_session, staff_id = await self.provider.read_logout(logout_token)
        ended = await self.sessions.end_of_provider(
            provider_session=provider_session, staff_id=staff_id
        )
        log.info("Keycloak ended sign-ins", ended=ended)

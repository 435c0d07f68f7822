"""Make a session of what Keycloak sent the browser back with."""

import hmac
from dataclasses import dataclass
from datetime import datetime

from samspill_identity.domain.errors import SignInAttemptUnknown
from samspill_identity.domain.outside import IdentityProvider
from samspill_identity.domain.ports import StaffSessions
from samspill_identity.domain.sessions import NewSecret, StaffSession, hash_of
from samspill_identity.usecases.keep_rights import KeepRights
from samspill_kit.clock import Clock
from samspill_kit.ids import IdFactory, SessionId


@dataclass(frozen=True, slots=True)
class CompletedSignIn:
    """A new session and where its browser wanted to go."""

    session_token: str
    expires_at: datetime
    return_path: str


@dataclass(frozen=True, slots=True)
class CompleteSignIn:
    """Every sign-in gets a new token, whatever the browser held before (SPEC I1)."""

    sessions: StaffSessions
    provider: IdentityProvider
    keep_rights: KeepRights
    ids: IdFactory
    new_secret: NewSecret
    clock: Clock

    async def __call__(
        self, attempt_token: str, *, code: str, state: str, device: str = ""
    ) -> CompletedSignIn:
        now = self.clock.now()
        attempt = await self.sessions.take_attempt(hash_of(attempt_token), at=now)
        if not hmac.compare_digest(attempt.state, state):
            raise SignInAttemptUnknown
        person = await self.provider.exchange(code, attempt)
        places = await self.keep_rights.places_of(person)
        session = StaffSession(
            id=self.ids.new(SessionId),
            person=person,
            active_school=places.schools[0].id if places.schools else None,
            started_at=now,
            used_at=now,
            rights_read_at=now,
            active_municipality=None if places.schools else places.municipalities[0].id,
            device=device,
        )
        await self.keep_rights.note(person, places.schools)
        token = f"s.{self.new_secret()}"
        await self.sessions.add(hash_of(token), session)
        return CompletedSignIn(token, session.ends_at, attempt.return_path)

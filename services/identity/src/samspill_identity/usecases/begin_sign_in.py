"""Send the browser to Keycloak."""

from dataclasses import dataclass

from samspill_identity.domain.outside import IdentityProvider
from samspill_identity.domain.ports import StaffSessions
from samspill_identity.domain.sessions import ATTEMPT_FOR, NewSecret, SignInAttempt, hash_of
from samspill_kit.clock import Clock


@dataclass(frozen=True, slots=True)
class BegunSignIn:
    """Where to send the browser, and what binds it to the attempt."""

    authorization_url: str
    attempt_token: str


@dataclass(frozen=True, slots=True)
class BeginSignIn:
    """Remembers an attempt by its token's hash, for ten minutes and one use (SPEC I1)."""

    sessions: StaffSessions
    provider: IdentityProvider
    new_secret: NewSecret
    clock: Clock

    async def __call__(
        self, return_path: str, *, locale: str, second_factor: bool = False
    ) -> BegunSignIn:
        token = self.new_secret()
        attempt = SignInAttempt(
            state=self.new_secret(),
            nonce=self.new_secret(),
            # 64 characters, between the 43 and 128 that RFC 7636 asks for.
            verifier=(self.new_secret() + self.new_secret())[:64],
            return_path=return_path,
        )
        await self.sessions.keep_attempt(
            hash_of(token), attempt, until=self.clock.now() + ATTEMPT_FOR
        )
        url = self.provider.authorization_url(attempt, locale=locale, second_factor=second_factor)
        return BegunSignIn(url, token)

"""Let a pupil in by access code."""

from dataclasses import dataclass
from datetime import datetime

from samspill_identity.domain.codes import normalised
from samspill_identity.domain.errors import CodeRevoked, CodeUnknown
from samspill_identity.domain.ports import (
    CodeHashes,
    NewEntry,
    PupilDoor,
    SignedToken,
    Tokens,
    WrongCodes,
)
from samspill_identity.domain.sessions import NewSecret, hash_of
from samspill_identity.usecases.issue_pupil_passport import principal_of
from samspill_kit.clock import Clock
from samspill_kit.ids import IdFactory, SessionId
from samspill_kit.principal import PupilPrincipal


@dataclass(frozen=True, slots=True)
class EnteredCode:
    """A pupil's session with its first passport, so that entering is one call."""

    session_token: str
    expires_at: datetime
    passport: SignedToken
    principal: PupilPrincipal


@dataclass(frozen=True, slots=True)
class EnterCode:
    """A right code always passes; wrong ones are answered slowly, also for a class behind one
    address (SPEC I7). A typing error is told apart before anything is looked up.
    """

    door: PupilDoor
    hashes: CodeHashes
    wrong_codes: WrongCodes
    tokens: Tokens
    ids: IdFactory
    new_secret: NewSecret
    clock: Clock

    async def __call__(self, typed: str, *, origin: str) -> EnteredCode:
        code_hash = await self.hashes.of(normalised(typed))
        token = f"p.{self.new_secret()}"
        entry = NewEntry(self.ids.new(SessionId), hash_of(token), self.clock.now())
        try:
            session = await self.door.enter(code_hash, entry)
        except (CodeUnknown, CodeRevoked):
            await self.wrong_codes.answer_slowly(origin)
            raise
        principal = principal_of(session)
        passport = self.tokens.pupil_passport(principal)
        return EnteredCode(token, session.expires_at, passport, principal)

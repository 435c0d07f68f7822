"""Turn a pupil's session token into a passport."""

from dataclasses import dataclass

from samspill_identity.domain.errors import SessionUnknown
from samspill_identity.domain.ports import PupilDoor, SignedToken, Tokens
from samspill_identity.domain.sessions import PupilSession, hash_of
from samspill_kit.clock import Clock
from samspill_kit.principal import PupilPrincipal


@dataclass(frozen=True, slots=True)
class PupilPassport:
    """A passport of a pupil."""

    token: SignedToken
    principal: PupilPrincipal


@dataclass(frozen=True, slots=True)
class IssuePupilPassport:
    """A pupil's passport lives 120 s; closing and locking end the session (SPEC I7)."""

    door: PupilDoor
    tokens: Tokens
    clock: Clock

    async def __call__(self, session_token: str) -> PupilPassport:
        session = await self.door.find(hash_of(session_token), at=self.clock.now())
        if session is None:
            raise SessionUnknown
        principal = principal_of(session)
        return PupilPassport(self.tokens.pupil_passport(principal), principal)


def principal_of(session: PupilSession) -> PupilPrincipal:
    """What a pupil session makes of its holder."""
    return PupilPrincipal(
        municipality_id=session.municipality_id,
        school_id=session.school_id,
        survey_id=session.survey_id,
        participant_id=session.participant_id,
        session_id=session.id,
        write_only=session.write_only,
    )

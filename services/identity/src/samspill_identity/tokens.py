"""Passports and permits, signed with the installation's present key."""

from collections.abc import Callable
from datetime import timedelta

from joserfc.jwk import OKPKey

from samspill_identity.domain.ports import SignedToken
from samspill_kit.auth import TokenSigner
from samspill_kit.auth.signing import PERMIT_FOR, PUPIL_PASSPORT_FOR, STAFF_PASSPORT_FOR
from samspill_kit.clock import Clock
from samspill_kit.principal import (
    AuditHead,
    MunicipalityPrincipal,
    Permit,
    PupilPrincipal,
    StaffPrincipal,
)


class SigningTokens:
    """The key is asked for each time, because it is rotated."""

    def __init__(self, key: Callable[[], OKPKey], *, installation: str, clock: Clock) -> None:
        self._key = key
        self._installation = installation
        self._clock = clock

    def staff_passport(self, principal: StaffPrincipal) -> SignedToken:
        """A passport of 30 s."""
        return self._token(self._signer.passport(principal), STAFF_PASSPORT_FOR)

    def municipality_passport(self, principal: MunicipalityPrincipal) -> SignedToken:
        """A passport of 30 s that opens no school."""
        return self._token(self._signer.passport(principal), STAFF_PASSPORT_FOR)

    def pupil_passport(self, principal: PupilPrincipal) -> SignedToken:
        """A passport of 120 s."""
        return self._token(self._signer.passport(principal), PUPIL_PASSPORT_FOR)

    def permit(self, permit: Permit) -> SignedToken:
        """A permit of 60 s."""
        return self._token(self._signer.permit(permit), PERMIT_FOR)

    def audit_head(self, head: AuditHead) -> str:
        """A signed head of an audit chain."""
        return self._signer.audit_head(head)

    @property
    def _signer(self) -> TokenSigner:
        return TokenSigner(self._key(), installation=self._installation, clock=self._clock)

    def _token(self, text: str, valid_for: timedelta) -> SignedToken:
        return SignedToken(text, self._clock.now() + valid_for)

"""An identity for tests: signs passports and permits, and tells its keys, as the real one does."""

from typing import Final

from samspill_kit.auth import (
    JwksSource,
    PassportReader,
    PermitReader,
    TokenSigner,
    new_signing_key,
    public_key_set,
)
from samspill_kit.clock import Clock, SystemClock

INSTALLATION: Final = "samspill-test"


class PassportOffice:
    """One signing key, and readers that know it."""

    def __init__(self, clock: Clock | None = None, *, installation: str = INSTALLATION) -> None:
        self._clock = clock or SystemClock()
        self._installation = installation
        key = new_signing_key()
        self.key_set = public_key_set([key])
        self.signer = TokenSigner(key, installation=installation, clock=self._clock)
        self.keys = JwksSource(self._tell)

    def passports(self) -> PassportReader:
        """Return a reader that accepts this identity's passports."""
        return PassportReader(self.keys, installation=self._installation, clock=self._clock)

    def permits(self) -> PermitReader:
        """Return a reader that accepts this identity's permits."""
        return PermitReader(self.keys, installation=self._installation, clock=self._clock)

    async def _tell(self) -> str:
        return self.key_set

"""Identity's public keys, fetched when an unknown key id turns up."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final

from joserfc.jwk import OKPKey

from samspill_kit.auth.errors import SigningKeysUnavailable
from samspill_kit.errors import Unavailable

FETCH_AT_MOST_EVERY: Final = timedelta(seconds=10)
"""Made-up key ids must not turn into a flood of calls to identity."""


class JwksSource:
    """The keys that identity signs with; keys once seen stay usable while identity is down."""

    def __init__(
        self,
        fetch: Callable[[], Awaitable[str]],
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`fetch` returns a JSON Web Key Set; identity's SigningKeyQueryService tells it."""
        self._fetch = fetch
        self._monotonic = monotonic
        self._keys: dict[str, OKPKey] = {}
        self._fetched_at: float | None = None
        self._fetching = asyncio.Lock()

    async def key(self, key_id: str) -> OKPKey | None:
        """Return the key, or None when identity has none of this id.

        Raises SigningKeysUnavailable when no key was ever seen and identity does not answer.
        """
        if key_id not in self._keys:
            async with self._fetching:
                if key_id not in self._keys and self._may_fetch():
                    await self._refresh()
        return self._keys.get(key_id)

    def _may_fetch(self) -> bool:
        if self._fetched_at is None:
            return True
        return self._monotonic() - self._fetched_at >= FETCH_AT_MOST_EVERY.total_seconds()

    async def _refresh(self) -> None:
        try:
            document = json.loads(await self._fetch())
        except Unavailable as error:
            if not self._keys:
                raise SigningKeysUnavailable from error
            return
        # Only a fetch that succeeded counts: identity may just be starting.
        self._fetched_at = self._monotonic()
        self._keys = {each["kid"]: OKPKey.import_key(each) for each in _ed25519(document)}


def _ed25519(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        each
        for each in document.get("keys", [])
        if each.get("kty") == "OKP" and each.get("crv") == "Ed25519" and "kid" in each
    ]

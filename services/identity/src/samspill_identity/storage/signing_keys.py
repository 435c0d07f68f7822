"""Signing keys as rows: public halves in the open, private ones sealed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from joserfc.jwk import OKPKey

from samspill_identity.domain.ports import InstallationSeal
from samspill_identity.storage.tables import signing_keys
from samspill_kit.auth import new_signing_key, public_key_set
from samspill_kit.clock import Clock
from samspill_kit.db import Database

ROTATED_AFTER: Final = timedelta(days=30)
TOLD_AFTER: Final = timedelta(hours=1)
"""A replaced key is told this much longer; tokens live two minutes."""

NEW_FOR: Final = timedelta(minutes=10)
"""A new key is told before it signs, so that no service meets it unprepared."""

_LOCK: Final = 4_821_336


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key pair and when it was made."""

    key: OKPKey
    made_at: datetime


class SqlSigningKeys:
    """The keys of this installation; replicas that rotate at the same time agree on one."""

    def __init__(self, database: Database, seal: InstallationSeal, clock: Clock) -> None:
        self._database = database
        self._seal = seal
        self._clock = clock
        self._keys: Sequence[StoredKey] = ()

    async def refresh(self) -> None:
        """Read the keys anew; make one when there is none or the newest is old; drop old ones."""
        fresh, sealed = await self._drawn()
        now = self._clock.now()
        async with self._database.transaction() as session:
            await session.execute(sa.text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            newest = await session.scalar(sa.select(sa.func.max(signing_keys.c.made_at)))
            if newest is None or now - newest >= ROTATED_AFTER:
                await session.execute(
                    sa.insert(signing_keys).values(
                        kid=fresh.kid,
                        public_jwk=fresh.as_dict(private=False),
                        sealed_private=sealed,
                        made_at=now,
                    )
                )
            if newest is not None and now - newest >= TOLD_AFTER:
                await session.execute(
                    sa.delete(signing_keys).where(signing_keys.c.made_at < newest)
                )
            query = sa.select(signing_keys).order_by(signing_keys.c.made_at.desc())
            rows = (await session.execute(query)).all()
        self._keys = [
            StoredKey(await self._opened(row.kid, row.sealed_private), row.made_at) for row in rows
        ]

    @property
    def signing(self) -> OKPKey:
        """The newest key that has been told for long enough, or the only one."""
        now = self._clock.now()
        told = (stored.key for stored in self._keys if now - stored.made_at >= NEW_FOR)
        return next(told, self._keys[-1].key)

    @property
    def public_set(self) -> str:
        """Every key whose tokens may still be alive, as a JSON Web Key Set."""
        return public_key_set([stored.key for stored in self._keys])

    async def _drawn(self) -> tuple[OKPKey, bytes]:
        key = new_signing_key()
        private = json.dumps(key.as_dict(private=True)).encode()
        return key, await self._seal.seal(private, "signing_keys", str(key.kid).encode())

    async def _opened(self, kid: str, sealed: bytes) -> OKPKey:
        private = await self._seal.open(sealed, "signing_keys", kid.encode())
        return OKPKey.import_key(json.loads(private))

"""Keys rotate without anyone signing in again, over real PostgreSQL (ARCHITECTURE.md section 2)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest

from samspill_identity.bootstrap import MIGRATIONS
from samspill_identity.clients.retention import Pepper
from samspill_identity.storage.signing_keys import (
    NEW_FOR,
    ROTATED_AFTER,
    TOLD_AFTER,
    SqlSigningKeys,
)
from samspill_identity.tokens import SigningTokens
from samspill_kit.auth import JwksSource, PassportNotAccepted, PassportReader
from samspill_kit.crypto import IssuedKey
from samspill_kit.db import Database
from samspill_kit.ids import MunicipalityId, SchoolId, SessionId, StaffId, SurveyId
from samspill_kit.principal import MunicipalityPrincipal
from samspill_kit.testing.clocks import SetClock
from samspill_kit.testing.fixtures import MigratedDatabase
from samspill_kit.testing.passports import INSTALLATION

WHO = MunicipalityPrincipal(StaffId(uuid4()), MunicipalityId(uuid4()), SessionId(uuid4()))
MINUTE = timedelta(minutes=1)


async def a_pepper(_nobody: SchoolId, _nothing: SurveyId) -> IssuedKey:
    return IssuedKey(b"p" * 32, timedelta(minutes=60))


@pytest.fixture
async def database(migrated_database: MigratedDatabase) -> AsyncIterator[Database]:
    """One of its own: a rotation in the future would confuse a running service."""
    urls = await migrated_database("identity", MIGRATIONS)
    database = Database(urls.app)
    yield database
    await database.stop()


async def test_old_passports_hold_until_they_end_and_new_ones_at_once(database: Database) -> None:
    clock = SetClock()
    keys = SqlSigningKeys(database, Pepper(a_pepper), clock)
    tokens = SigningTokens(lambda: keys.signing, installation=INSTALLATION, clock=clock)

    async def tell() -> str:
        return keys.public_set

    source = JwksSource(tell, monotonic=clock.seconds)
    reader = PassportReader(source, installation=INSTALLATION, clock=clock)
    await keys.refresh()
    first = keys.signing.kid
    clock.advance(ROTATED_AFTER)
    await keys.refresh()
    assert keys.signing.kid == first, "a new key is told before it signs"
    clock.advance(NEW_FOR - timedelta(seconds=1))
    await keys.refresh()
    old = tokens.municipality_passport(WHO).text
    clock.advance(timedelta(seconds=1))
    new = tokens.municipality_passport(WHO).text
    assert keys.signing.kid != first
    assert await reader.read(old) == await reader.read(new) == WHO


async def test_a_replaced_key_is_told_for_an_hour_and_then_opens_nothing(
    database: Database,
) -> None:
    clock = SetClock()
    keys = SqlSigningKeys(database, Pepper(a_pepper), clock)
    await keys.refresh()
    stolen = keys.signing
    clock.advance(ROTATED_AFTER)
    await keys.refresh()
    clock.advance(TOLD_AFTER - MINUTE)
    await keys.refresh()
    assert str(stolen.kid) in keys.public_set
    clock.advance(MINUTE)
    await keys.refresh()
    assert str(stolen.kid) not in keys.public_set

    async def tell() -> str:
        return keys.public_set

    source = JwksSource(tell, monotonic=clock.seconds)
    reader = PassportReader(source, installation=INSTALLATION, clock=clock)
    thief = SigningTokens(lambda: stolen, installation=INSTALLATION, clock=clock)
    with pytest.raises(PassportNotAccepted):
        await reader.read(thief.municipality_passport(WHO).text)


async def test_a_second_replica_signs_with_the_same_key(database: Database) -> None:
    clock = SetClock()
    replicas = [SqlSigningKeys(database, Pepper(a_pepper), clock) for _ in range(2)]
    for replica in replicas:
        await replica.refresh()
    assert replicas[0].signing.kid == replicas[1].signing.kid

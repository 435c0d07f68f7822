"""Sign-ins and attempts as rows, found by the hash of a token that the transaction names."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from samspill_identity.domain.errors import SignInAttemptUnknown
from samspill_identity.domain.ports import InstallationSeal
from samspill_identity.domain.schools import Membership
from samspill_identity.domain.sessions import (
    Person,
    ProviderTokens,
    SignInAttempt,
    StaffSession,
)
from samspill_identity.storage.tables import sign_in_attempts, staff_sessions
from samspill_kit.db import Database
from samspill_kit.ids import SchoolId, SessionId, StaffId
from samspill_kit.principal import Role


class SqlStaffSessions:
    """Each call is one transaction that sees the rows of one token, or of one person who leaves."""

    def __init__(self, database: Database, seal: InstallationSeal) -> None:
        self._database = database
        self._seal = seal

    async def keep_attempt(
        self, token_hash: bytes, attempt: SignInAttempt, *, until: datetime
    ) -> None:
        content = json.dumps(
            [attempt.state, attempt.nonce, attempt.verifier, attempt.return_path]
        ).encode()
        sealed = await self._seal.seal(content, "sign_in_attempts", token_hash)
        async with self._seeing(token_hash) as session:
            await session.execute(
                sa.insert(sign_in_attempts).values(
                    token_hash=token_hash, sealed=sealed, expires_at=until
                )
            )

    async def take_attempt(self, token_hash: bytes, *, at: datetime) -> SignInAttempt:
        async with self._seeing(token_hash) as session:
            found = await session.execute(
                sa.delete(sign_in_attempts)
                .where(sign_in_attempts.c.token_hash == token_hash)
                .returning(sign_in_attempts.c.sealed, sign_in_attempts.c.expires_at)
            )
            row = found.first()
        if row is None or row.expires_at <= at:
            raise SignInAttemptUnknown
        content = await self._seal.open(row.sealed, "sign_in_attempts", token_hash)
        return SignInAttempt(*json.loads(content))

    async def add(self, token_hash: bytes, session: StaffSession) -> None:
        keys = {
            "token_hash": token_hash,
            "session_id": session.id.value,
            "staff_id": session.person.staff_id.value,
            "provider_session": session.person.provider_session,
            "started_at": session.started_at,
        }
        values = keys | await self._changing(token_hash, session)
        async with self._seeing(token_hash) as transaction:
            await transaction.execute(sa.insert(staff_sessions).values(values))

    async def find(self, token_hash: bytes) -> StaffSession | None:
        async with self._seeing(token_hash) as session:
            found = await session.execute(
                sa.select(staff_sessions).where(staff_sessions.c.token_hash == token_hash)
            )
            row = found.first()
        return await self._session_of(row) if row else None

    async def save(self, token_hash: bytes, session: StaffSession) -> None:
        values = await self._changing(token_hash, session)
        async with self._seeing(token_hash) as transaction:
            await transaction.execute(
                sa.update(staff_sessions)
                .where(staff_sessions.c.token_hash == token_hash)
                .values(values)
            )

    async def end(self, token_hash: bytes) -> StaffSession | None:
        async with self._seeing(token_hash) as session:
            found = await session.execute(
                sa.delete(staff_sessions)
                .where(staff_sessions.c.token_hash == token_hash)
                .returning(*staff_sessions.c)
            )
            row = found.first()
        return await self._session_of(row) if row else None

    async def end_of_provider(self, *, provider_session: str, staff_id: StaffId | None) -> int:
        if provider_session:
            setting, value = "app.provider_session", provider_session
            whose = staff_sessions.c.provider_session == provider_session
        elif staff_id:
            setting, value = "app.staff_id", str(staff_id)
            whose = staff_sessions.c.staff_id == staff_id.value
        else:
            return 0
        async with self._database.transaction() as session:
            await session.execute(
                sa.text("select set_config(:setting, :value, true)"),
                {"setting": setting, "value": value},
            )
            gone = await session.execute(
                sa.delete(staff_sessions).where(whose).returning(staff_sessions.c.session_id)
            )
            return len(gone.all())

    @asynccontextmanager
    async def _seeing(self, token_hash: bytes) -> AsyncIterator[AsyncSession]:
        async with self._database.transaction() as session:
            await session.execute(
                sa.text("select set_config('app.lookup', :hash, true)"), {"hash": token_hash.hex()}
            )
            yield session

    async def _changing(self, token_hash: bytes, session: StaffSession) -> dict[str, object]:
        person = session.person
        return {
            "display_name": person.display_name,
            "memberships": sorted([one.orgnr, one.role.value] for one in person.memberships),
            "provider_tokens": await self._seal.seal(
                person.tokens.refresh_token.encode(), "staff_sessions", token_hash
            ),
            "active_school": session.active_school.value if session.active_school else None,
            "used_at": session.used_at,
            "rights_read_at": session.rights_read_at,
        }

    async def _session_of(self, row: sa.Row[Any]) -> StaffSession:
        sealed, token_hash = row.provider_tokens, row.token_hash
        refresh_token = (await self._seal.open(sealed, "staff_sessions", token_hash)).decode()
        person = Person(
            staff_id=StaffId(row.staff_id),
            display_name=row.display_name,
            memberships=frozenset(Membership(orgnr, Role(role)) for orgnr, role in row.memberships),
            provider_session=row.provider_session,
            tokens=ProviderTokens(refresh_token),
        )
        return StaffSession(
            id=SessionId(row.session_id),
            person=person,
            active_school=SchoolId(row.active_school) if row.active_school else None,
            started_at=row.started_at,
            used_at=row.used_at,
            rights_read_at=row.rights_read_at,
        )

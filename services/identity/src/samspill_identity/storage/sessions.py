"""Sign-ins and attempts as rows, found by the hash of a token that the transaction names."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from samspill_identity.domain.errors import SignInAttemptUnknown
from samspill_identity.domain.ports import InstallationSeal
from samspill_identity.domain.schools import Membership
from samspill_identity.domain.sessions import (
    Person,
    ProviderTokens,
    SignIn,
    SignInAttempt,
    StaffSession,
)
from samspill_identity.storage.tables import sign_in_attempts, staff_sessions
from samspill_kit.db import Database
from samspill_kit.ids import MunicipalityId, SchoolId, SessionId, StaffId
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
            "device": session.device,
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

    async def of_person(self, staff_id: StaffId) -> Sequence[SignIn]:
        sessions = staff_sessions.c
        async with self._seeing_person(staff_id) as session:
            found = await session.execute(
                sa.select(
                    sessions.session_id, sessions.started_at, sessions.used_at, sessions.device
                )
                .where(sessions.staff_id == staff_id.value)
                .order_by(sessions.started_at.desc())
            )
            return [
                SignIn(SessionId(row.session_id), staff_id, row.started_at, row.used_at, row.device)
                for row in found
            ]

    async def end_of_person(self, staff_id: StaffId, session_id: SessionId | None) -> int:
        which = [staff_sessions.c.staff_id == staff_id.value]
        if session_id:
            which.append(staff_sessions.c.session_id == session_id.value)
        async with self._seeing_person(staff_id) as session:
            gone = await session.execute(
                sa.delete(staff_sessions).where(*which).returning(staff_sessions.c.session_id)
            )
            return len(gone.all())

    async def end_of_provider(self, *, provider_session: str, staff_id: StaffId | None) -> int:
        if not provider_session:
            return await self.end_of_person(staff_id, None) if staff_id else 0
        async with self._database.transaction() as session:
            await session.execute(
                sa.text("select set_config('app.provider_session', :value, true)"),
                {"value": provider_session},
            )
            gone = await session.execute(
                sa.delete(staff_sessions)
                .where(staff_sessions.c.provider_session == provider_session)
                .returning(staff_sessions.c.session_id)
            )
            return len(gone.all())

    @asynccontextmanager
    async def _seeing(self, token_hash: bytes) -> AsyncIterator[AsyncSession]:
        async with self._database.transaction() as session:
            await session.execute(
                sa.text("select set_config('app.lookup', :hash, true)"), {"hash": token_hash.hex()}
            )
            yield session

    @asynccontextmanager
    async def _seeing_person(self, staff_id: StaffId) -> AsyncIterator[AsyncSession]:
        async with self._database.transaction() as session:
            await session.execute(
                sa.text("select set_config('app.staff_id', :id, true)"), {"id": str(staff_id)}
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
            "active_school": _value(session.active_school),
            "active_municipality": _value(session.active_municipality),
            "has_second_factor": person.has_second_factor,
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
            has_second_factor=row.has_second_factor,
        )
        return StaffSession(
            id=SessionId(row.session_id),
            person=person,
            active_school=SchoolId(row.active_school) if row.active_school else None,
            started_at=row.started_at,
            used_at=row.used_at,
            rights_read_at=row.rights_read_at,
            active_municipality=MunicipalityId(row.active_municipality)
            if row.active_municipality
            else None,
            device=row.device,
        )


def _value(place: SchoolId | MunicipalityId | None) -> UUID | None:
    return place.value if place else None

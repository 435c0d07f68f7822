"""Who is behind the browser's cookie: a passport kept in memory until it expires, never on disk."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from fastapi import Request

from samspill_gateway.security import SESSION_COOKIE
from samspill_kit.clock import Clock
from samspill_kit.errors import Unauthenticated

MOST_KEPT: Final = 20_000
"""Passports in memory; 60,000 pupils share several replicas."""


class SignedOut(Unauthenticated):
    """There is no session, or it has ended."""

    code = "signed_out"


class ElsewhereNow(Exception):
    """The page belongs to another kind of place than the active one; no refusal, a way on."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser with a session: its passport, and what a page's frame needs of it."""

    token: str
    passport: str
    expires_at: datetime
    staff: Any | None
    pupil: Any | None

    @property
    def is_at_municipality(self) -> bool:
        """Whether the active place of a sign-in is a municipality instead of a school."""
        return self.staff is not None and bool(self.staff.municipality_id)


class Sessions(Protocol):
    """The part of identity that turns a cookie into a passport."""

    async def issue_passport(self, session_token: str) -> Any:
        """Return an IssuePassportResponse. Raises Unauthenticated when the session has ended."""


class Visitors:
    """Looks up visitors; a passport is asked for again when it has expired, so a right that was taken away is gone."""

    def __init__(self, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock
        self._known: OrderedDict[bytes, Visitor] = OrderedDict()

    async def of(self, request: Request) -> Visitor | None:
        """Return the visitor, or None without a live session."""
        token = request.cookies.get(SESSION_COOKIE)
        if not token:
            return None
        known = self._known.get(_key(token))
        if known and known.expires_at > self._clock.now():
            return known
        try:
            issued = await self._sessions.issue_passport(token)
        except Unauthenticated:
            self.forget(token)
            return None
        return self.remember(
            token,
            issued.passport,
            issued.expires_at.ToDatetime(tzinfo=self._clock.now().tzinfo),
            staff=issued.staff if issued.HasField("staff") else None,
            pupil=issued.pupil if issued.HasField("pupil") else None,
        )

    def remember(
        self,
        token: str,
        passport: str,
        expires_at: datetime,
        *,
        staff: Any | None = None,
        pupil: Any | None = None,
    ) -> Visitor:
        """Keep a passport that came with another answer, such as that of entering a code."""
        visitor = Visitor(token, passport, expires_at, staff, pupil)
        self._known[_key(token)] = visitor
        self._known.move_to_end(_key(token))
        while len(self._known) > MOST_KEPT:
            self._known.popitem(last=False)
        return visitor

    def forget(self, token: str) -> None:
        self._known.pop(_key(token), None)


def _key(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()

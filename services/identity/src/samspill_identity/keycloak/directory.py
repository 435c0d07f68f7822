"""Who works at a school, from the members of its Keycloak groups."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from keycloak import KeycloakAdmin, KeycloakOpenIDConnection
from keycloak.exceptions import KeycloakError
from requests.exceptions import RequestException

from samspill_identity.domain.errors import IdentityProviderDown
from samspill_identity.domain.schools import Colleague, School, group_path_of
from samspill_kit.errors import Invalid
from samspill_kit.ids import SchoolId, StaffId
from samspill_kit.principal import Role

REMEMBERED_FOR: Final = 20.0
"""A change in Keycloak takes effect within a minute (SPEC I1)."""

PATIENCE: Final = 1.5
"""Seconds that a call waits for the answer; below the two that surveys gives identity."""

ROLES: Final = (Role.LEADER, Role.TEACHER)
_NOT_FOUND: Final = 404


class KeycloakStaffDirectory:
    """Uses a service account that can read groups and their members.

    The library is synchronous and refreshes its token on the way, so one call is made at a time,
    in a thread.
    """

    def __init__(
        self,
        *,
        address: str,
        realm: str,
        client_id: str,
        client_secret: str,
        timeout: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._known_as: dict[str, Any] = {
            "server_url": f"{address}/",
            "realm_name": realm,
            "client_id": client_id,
            "client_secret_key": client_secret,
        }
        self._timeout = max(int(timeout), 1)
        self._monotonic = monotonic
        self._admin: Any = None
        self._one_at_a_time = asyncio.Lock()
        self._asking: dict[SchoolId, asyncio.Task[Sequence[Colleague]]] = {}
        self._known: dict[SchoolId, tuple[float, Sequence[Colleague]]] = {}

    async def of_school(self, school: School) -> Sequence[Colleague]:
        told_at, known = self._known.get(school.id, (float("-inf"), ()))
        if self._monotonic() - told_at < REMEMBERED_FOR:
            return known
        asking = self._asking.get(school.id)
        if asking is None:
            asking = asyncio.create_task(self._ask_and_keep(school))
            self._asking[school.id] = asking
        try:
            # Shielded: an answer that comes too late for this call serves the next one.
            return await asyncio.wait_for(asyncio.shield(asking), PATIENCE)
        except TimeoutError:
            raise IdentityProviderDown from None

    async def _ask_and_keep(self, school: School) -> Sequence[Colleague]:
        try:
            async with self._one_at_a_time:
                colleagues = await asyncio.to_thread(self._ask, school)
        except (KeycloakError, RequestException):
            self._admin = None
            raise IdentityProviderDown from None
        finally:
            del self._asking[school.id]
        self._known[school.id] = (self._monotonic(), colleagues)
        return colleagues

    def _ask(self, school: School) -> Sequence[Colleague]:
        if self._admin is None:
            connection = KeycloakOpenIDConnection(**self._known_as, timeout=self._timeout)
            self._admin = KeycloakAdmin(connection=connection)
        roles: dict[StaffId, set[Role]] = {}
        names: dict[StaffId, str] = {}
        for role in ROLES:
            for member in self._members(group_path_of(school.orgnr, role)):
                staff_id = _staff_id_of(member)
                if staff_id and member.get("enabled", True):
                    roles.setdefault(staff_id, set()).add(role)
                    names[staff_id] = _name_of(member)
        return [
            Colleague(staff_id, names[staff_id], frozenset(held))
            for staff_id, held in roles.items()
        ]

    def _members(self, path: str) -> Sequence[dict[str, Any]]:
        try:
            group = self._admin.get_group_by_path(path)
        except KeycloakError as error:
            # A school may have no such group yet.
            if error.response_code == _NOT_FOUND:
                return ()
            raise
        if not group or "id" not in group:
            return ()
        members: Sequence[dict[str, Any]] = self._admin.get_group_members(group["id"])
        return members


def _staff_id_of(member: dict[str, Any]) -> StaffId | None:
    try:
        return StaffId.parse(str(member.get("id")))
    except Invalid:
        return None


def _name_of(member: dict[str, Any]) -> str:
    full = f"{member.get('firstName') or ''} {member.get('lastName') or ''}".strip()
    return full or str(member.get("username") or "?")

"""Who works at a school, from the members of its Keycloak groups."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from keycloak import KeycloakAdmin, KeycloakOpenIDConnection
from keycloak.exceptions import KeycloakError
from requests.exceptions import RequestException

from samspill_identity.domain.errors import (
    IdentityProviderDown,
    PersonUnknown,
    SchoolGroupsMissing,
)
from samspill_identity.domain.schools import Colleague, KnownPerson, School, group_path_of
from samspill_kit.errors import Invalid
from samspill_kit.ids import SchoolId, StaffId
from samspill_kit.norwegian import sort_key
from samspill_kit.principal import Role

REMEMBERED_FOR: Final = 20.0
"""A change in Keycloak takes effect within a minute (SPEC I1)."""

PATIENCE: Final = 1.5
"""Seconds that a call waits for the answer; below the two that surveys gives identity."""

ROLES: Final = (Role.LEADER, Role.TEACHER)
_NOT_FOUND: Final = 404
_FORBIDDEN: Final = 403
_SEARCH_SIGNS: Final = str.maketrans(dict.fromkeys('*":%', " "))
SERVICE_ACCOUNTS: Final = "service-account-"

Result = TypeVar("Result")


class KeycloakStaffDirectory:
    """Uses a service account that can read groups and change who is in a school's.

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

    def forget(self, school_id: SchoolId) -> None:
        self._known.pop(school_id, None)
        self._asking.pop(school_id, None)

    async def find(self, query: str, *, limit: int) -> Sequence[KnownPerson]:
        found = await self._in_turn(lambda: self._search(query, limit))
        return sorted(found, key=lambda one: sort_key(one.display_name))[:limit]

    async def add(self, school: School, staff_id: StaffId, role: Role) -> None:
        def put() -> None:
            if not self._is_enabled(staff_id):
                raise PersonUnknown
            self._admin.group_user_add(str(staff_id), self._group_of(school, role))

        await self._in_turn(put)
        self.forget(school.id)

    async def remove(self, school: School, staff_id: StaffId, role: Role) -> None:
        def take() -> None:
            self._admin.group_user_remove(str(staff_id), self._group_of(school, role))

        await self._in_turn(take)
        self.forget(school.id)

    async def has_groups(self, school: School) -> bool:
        def look() -> bool:
            return all(self._open_group(school, role) for role in ROLES)

        return await self._in_turn(look)

    async def _in_turn(self, work: Callable[[], Result]) -> Result:
        """One call at a time, in a thread. Raises IdentityProviderDown."""

        def signed_in() -> Result:
            self._sign_in()
            return work()

        try:
            async with self._one_at_a_time:
                return await asyncio.to_thread(signed_in)
        except (KeycloakError, RequestException):
            self._admin = None
            raise IdentityProviderDown from None

    async def _ask_and_keep(self, school: School) -> Sequence[Colleague]:
        try:
            colleagues = await self._in_turn(lambda: self._ask(school))
        finally:
            if self._asking.get(school.id) is asyncio.current_task():
                del self._asking[school.id]
        self._known[school.id] = (self._monotonic(), colleagues)
        return colleagues

    def _sign_in(self) -> None:
        if self._admin is None:
            connection = KeycloakOpenIDConnection(**self._known_as, timeout=self._timeout)
            self._admin = KeycloakAdmin(connection=connection)

    def _search(self, query: str, limit: int) -> Sequence[KnownPerson]:
        # Keycloak matches the beginnings of user name, e-mail, first and last name; these
        # characters would ask it for something else.
        plain = query.translate(_SEARCH_SIGNS).strip()
        if not plain:
            return ()
        found = self._admin.get_users({"search": plain, "enabled": True, "max": limit})
        people = {}
        for user in found:
            staff_id = _staff_id_of(user)
            if staff_id and not user["username"].startswith(SERVICE_ACCOUNTS):
                people[staff_id] = KnownPerson(staff_id, _name_of(user), user["username"])
        return list(people.values())

    def _is_enabled(self, staff_id: StaffId) -> bool:
        try:
            user = self._admin.get_user(str(staff_id))
        except KeycloakError as error:
            if error.response_code in (_NOT_FOUND, _FORBIDDEN):
                return False
            raise
        return bool(user.get("enabled")) and not user["username"].startswith(SERVICE_ACCOUNTS)

    def _group_of(self, school: School, role: Role) -> str:
        group_id = self._open_group(school, role)
        if group_id is None:
            raise SchoolGroupsMissing(who_can="municipality")
        return group_id

    def _open_group(self, school: School, role: Role) -> str | None:
        """The group's id; nothing when there is none, or none that Keycloak's admins let us see."""
        try:
            return self._group_id(group_path_of(school.orgnr, role))
        except KeycloakError as error:
            if error.response_code == _FORBIDDEN:
                return None
            raise

    def _ask(self, school: School) -> Sequence[Colleague]:
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
        # A school may have no such group yet.
        group_id = self._group_id(path)
        if group_id is None:
            return ()
        members: Sequence[dict[str, Any]] = self._admin.get_group_members(group_id)
        return members

    def _group_id(self, path: str) -> str | None:
        try:
            group = self._admin.get_group_by_path(path)
        except KeycloakError as error:
            if error.response_code == _NOT_FOUND:
                return None
            raise
        return str(group["id"]) if group and "id" in group else None


def _staff_id_of(member: dict[str, Any]) -> StaffId | None:
    try:
        return StaffId.parse(str(member.get("id")))
    except Invalid:
        return None


def _name_of(member: dict[str, Any]) -> str:
    full = f"{member.get('firstName') or ''} {member.get('lastName') or ''}".strip()
    return full or str(member.get("username") or "?")

"""Tries the roles that a service is told before anything serves, and refuses wrong ones and mighty ones (SPEC P3)."""

from pathlib import Path
from typing import Any, Final

import asyncpg
from asyncpg.exceptions import InterfaceError, PostgresError

from samspill_kit.db.migrate import upgrade
from samspill_kit.settings import OwnerSettings, SettingRefused, read_secret

_PATIENCE: Final = 10.0
"""Seconds for a connection to a database that starts at the same time."""

_RIGHTS: Final = """
SELECT r.rolsuper OR r.rolbypassrls AS sees_every_school,
       pg_has_role(r.rolname, d.datdba, 'MEMBER') AS owns
  FROM pg_roles r, pg_database d
 WHERE r.rolname = current_user AND d.datname = current_database()
"""

_REFUSALS: Final = {
    "28": "PostgreSQL refuses this role or its password",
    "3D": "PostgreSQL has no database of this name",
    "42": "PostgreSQL does not let this role into the database",
    "53": "PostgreSQL has no connection left for this role",
}
"""By the class of the state (PostgreSQL, appendix A)."""


async def prepare(settings: OwnerSettings, migrations: Path) -> None:
    """Bring the database to this build's schema, and try the roles that the service will be told.

    Raises:
        SettingRefused: a role cannot connect, or may more than a role that serves should.
    """
    await _tried("owner_database_url_file", settings.owner_database_url_file)
    await upgrade(read_secret(settings.owner_database_url_file), migrations)
    for setting in ("database_url_file", "jobs_database_url_file"):
        if file := getattr(settings, setting):
            await _tried(setting, file, serves=True)


async def _tried(setting: str, file: Path, *, serves: bool = False) -> None:
    connection = await _connected(setting, read_secret(file))
    try:
        rights = await connection.fetchrow(_RIGHTS)
    finally:
        await connection.close()
    if serves and rights["sees_every_school"]:
        raise SettingRefused(setting, "this role is a superuser or bypasses row-level security")
    if serves and rights["owns"]:
        raise SettingRefused(setting, "this role owns the database; the service needs a role apart")


async def _connected(setting: str, url: str) -> Any:
    try:
        return await asyncpg.connect(url, timeout=_PATIENCE)  # type: ignore[no-untyped-call]  # No types.
    except PostgresError as error:
        state = str(getattr(error, "sqlstate", None) or "")
        why = _REFUSALS.get(state[:2], f"PostgreSQL answers {state}")
    except (OSError, TimeoutError):
        why = "PostgreSQL does not answer at this address"
        raise SettingRefused(setting, why, may_pass=True) from None
    except (ValueError, InterfaceError):
        why = "must be written postgresql://role:password@host:port/database"
    raise SettingRefused(setting, why)

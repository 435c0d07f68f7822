"""What a database that does not answer means to a caller."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from asyncpg.exceptions import InterfaceError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from samspill_kit.errors import Unavailable

_GONE: Final = ("08", "57P", "53")
"""Connection, shutdown and resource classes (PostgreSQL, appendix A)."""

_BUSY: Final = ("55P03", "57014", "40001", "40P01")
"""Lock not available, statement timeout, serialization failure, deadlock."""


class DatabaseUnavailable(Unavailable):
    """The service's database does not answer."""

    code = "database_unavailable"


class DatabaseBusy(Unavailable):
    """Somebody else held what was needed for too long."""

    code = "database_busy"


@contextmanager
def translated() -> Iterator[None]:
    """Turn a lost connection or a waited-out lock inside into Unavailable; other errors stay."""
    try:
        yield
    except Exception as error:
        if meant := meaning_of(error):
            raise meant from error
        raise


def meaning_of(error: BaseException) -> Unavailable | None:
    """Return what the caller is told when the database is gone or busy; None is another error."""
    if isinstance(error, OSError | InterfaceError | PoolTimeoutError):
        return DatabaseUnavailable()
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return DatabaseUnavailable()
    driver_error = error.orig if isinstance(error, DBAPIError) else error
    state = str(getattr(driver_error, "sqlstate", None) or "")
    if state.startswith(_BUSY):
        return DatabaseBusy()
    return DatabaseUnavailable() if state.startswith(_GONE) else None

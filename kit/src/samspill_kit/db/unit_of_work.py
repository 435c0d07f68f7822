"""One transaction per use case, in the scope of one school, with its facts."""

from types import TracebackType
from typing import Self

from sqlalchemy.ext.asyncio import AsyncSession

from samspill_kit.db.engine import Database
from samspill_kit.db.errors import meaning_of, translated
from samspill_kit.db.outbox import Inbox, Outbox
from samspill_kit.ids import SchoolId


class UnitOfWork:
    """`async with` it; what is not committed is rolled back.

    A service's own unit of work overrides `opened` and makes its repositories there. Locks are
    waited for 3 s, statements run 5 s; both end in DatabaseBusy.
    """

    session: AsyncSession
    outbox: Outbox
    inbox: Inbox

    def __init__(self, database: Database, school_id: SchoolId) -> None:
        self._database = database
        self.school_id = school_id

    def opened(self) -> None:
        """Make the repositories; `session`, `outbox` and `inbox` are there."""

    async def __aenter__(self) -> Self:
        self.session = await self._database.open([self.school_id])
        self.outbox = Outbox(self.session)
        self.inbox = Inbox(self.session)
        self.opened()
        return self

    async def commit(self) -> None:
        """Store the facts and make everything lasting. The use case alone calls it."""
        with translated():
            await self.outbox.write()
            await self.session.commit()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        await self.session.close()
        if error is not None and (meant := meaning_of(error)):
            raise meant from error

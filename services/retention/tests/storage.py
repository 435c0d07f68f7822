"""Real PostgreSQL under the storage of retention, as one thing to ask a test for."""

from samspill_kit.clock import Clock, SystemClock
from samspill_kit.db import Database
from samspill_kit.ids import RandomIds, SchoolId
from samspill_kit.testing.postgres import ServiceUrls
from samspill_retention.bootstrap import MIGRATIONS
from samspill_retention.messaging.publish import encoder
from samspill_retention.storage.agenda import SqlAgenda
from samspill_retention.storage.unit_of_work import RetentionUnitOfWork


class Storage:
    """The storage of retention on one migrated database."""

    def __init__(self, urls: ServiceUrls) -> None:
        self.urls = urls
        self.app = Database(urls.app, connections=4, migrations=MIGRATIONS)
        self.jobs = Database(urls.jobs, connections=2)
        self._encode = encoder(RandomIds(), SystemClock())

    async def start(self) -> None:
        await self.app.start()
        await self.jobs.start()

    async def stop(self) -> None:
        await self.app.stop()
        await self.jobs.stop()

    def begin(self, school_id: SchoolId) -> RetentionUnitOfWork:
        return RetentionUnitOfWork(self.app, school_id, encode=self._encode)

    def agenda(self, clock: Clock) -> SqlAgenda:
        return SqlAgenda(self.jobs, clock)

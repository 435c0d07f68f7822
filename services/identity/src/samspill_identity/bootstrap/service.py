"""The service: its parts, timers and events, in the order they start."""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

from samspill_identity import metrics
from samspill_identity.bootstrap.calls import server_of
from samspill_identity.bootstrap.parts import MIGRATIONS, Parts, parts_of
from samspill_identity.domain.schools import Municipality, School
from samspill_identity.keycloak import entry as keycloak_entry
from samspill_identity.messaging.on_survey_events import SurveyEvents
from samspill_identity.schools_file import SchoolsFileWrong, read_schools_file
from samspill_identity.settings import MigrationSettings, Settings
from samspill_identity.storage.erasures import SqlOverdueSurveys
from samspill_identity.storage.stale import SqlStaleRows
from samspill_identity.usecases.erase_survey import EraseOverdue
from samspill_identity.usecases.hand_over_audit_heads import HandOverAuditHeads
from samspill_identity.usecases.note_closing import NoteClosing
from samspill_kit.clock import ClockGuard
from samspill_kit.db import ClockRecords, Database, SqlDeadLetters, prepare
from samspill_kit.errors import Unavailable
from samspill_kit.events import CONSUMERS, Consumer, EventBus, demand_entry
from samspill_kit.grpc import Tls
from samspill_kit.logging import get_logger
from samspill_kit.process import Service
from samspill_kit.settings import read_secret

log = get_logger(__name__)

OpenedSchools = Sequence[tuple[Municipality, Sequence[School]]]
JOBS_CONNECTIONS: Final = 2
"""A timer and the parking of facts."""


async def migrate(settings: MigrationSettings) -> None:
    """Bring the database to this build's schema, and try what the service will be told."""
    await prepare(settings, MIGRATIONS)
    await demand_entry(settings.nats_url_file)
    await keycloak_entry.demand_entry(settings)


async def serve(settings: Settings) -> Service:
    """Build the service; whoever asked starts it."""
    service = Service("identity", settings)
    opened = _opened_schools(settings)
    tls = Tls.read(settings.tls_directory)
    jobs = service.add(
        Database(read_secret(settings.jobs_database_url_file), connections=JOBS_CONNECTIONS)
    )
    parts = parts_of(service, settings, tls)
    service.add(Opening(opened, parts))
    _add_events(service, settings, parts, jobs)
    _add_timers(service, settings, parts, jobs)
    service.add(server_of(settings, tls, parts))
    service.ready_when("database", parts.database.answers)
    return service


class Opening:
    """A part that opens the schools of the settings and reads the signing keys, before calls."""

    def __init__(self, opened: OpenedSchools, parts: Parts) -> None:
        self._opened = opened
        self._parts = parts

    async def start(self) -> None:
        """Retention must answer: without the pepper no code and no key can be used."""
        for municipality, schools in self._opened:
            await self._parts.schools.open(municipality, schools)
        await self._parts.signing_keys.refresh()

    async def stop(self) -> None:
        """Nothing to give back."""


def _opened_schools(settings: Settings) -> OpenedSchools:
    try:
        return list(read_schools_file(settings.schools_file))
    except SchoolsFileWrong as error:
        raise SystemExit(f"SAMSPILL_IDENTITY_SCHOOLS_FILE: {error}") from None


def _add_events(service: Service, settings: Settings, parts: Parts, jobs: Database) -> None:
    bus = service.add(
        EventBus("identity", read_secret(settings.nats_url_file), replicas=settings.stream_replicas)
    )
    consumer = Consumer(
        bus,
        CONSUMERS["identity-closing"],
        SurveyEvents(NoteClosing(parts.begin)).subscriptions,
        SqlDeadLetters(jobs, parts.clock),
    )
    service.background("closing", consumer.run)


def _add_timers(service: Service, settings: Settings, parts: Parts, jobs: Database) -> None:
    guard = ClockGuard(parts.clock, time.monotonic)
    records = ClockRecords(jobs, "overdue")
    erase_overdue = EraseOverdue(SqlOverdueSurveys(jobs), parts.clock)
    stale = SqlStaleRows(jobs)

    async def look_for_overdue() -> None:
        while True:
            if await records.may_run(guard):
                metrics.SURVEYS_ERASED.inc(await erase_overdue())
                await stale.remove()
            else:
                # An alarm on purpose: nothing is deleted until the clock is believed (SPEC T7).
                log.warning("The clock jumped, so nothing is deleted")
            await asyncio.sleep(settings.overdue_every.total_seconds())

    async def keep_signing_keys() -> None:
        while True:
            await asyncio.sleep(settings.signing_keys_every.total_seconds())
            await parts.signing_keys.refresh()

    hand_over = HandOverAuditHeads(parts.begin, parts.schools, parts.tokens, parts.heads)

    async def keep_audit_heads() -> None:
        while True:
            try:
                await hand_over()
                metrics.AUDIT_HANDED_OVER.set_to_current_time()
            except Unavailable:
                log.warning("Retention did not take the heads of the audit chains")
            await asyncio.sleep(settings.audit_heads_every.total_seconds())

    service.background("audit-heads", keep_audit_heads)
    service.background("overdue", look_for_overdue)
    service.background("signing-keys", keep_signing_keys)

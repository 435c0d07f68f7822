"""PostgreSQL for every service: one school per transaction, facts stored with the change."""

from samspill_kit.db.clock_records import ClockRecords
from samspill_kit.db.engine import Database, async_url
from samspill_kit.db.errors import DatabaseBusy, DatabaseUnavailable, translated
from samspill_kit.db.fast import FastDatabase
from samspill_kit.db.migrate import SchemaBehind, ensure_usable, upgrade
from samspill_kit.db.outbox import Inbox, Outbox, SqlDeadLetters, SqlOutbox
from samspill_kit.db.roles import prepare
from samspill_kit.db.tables import (
    CONVENTION,
    dead_letters_table,
    inbox_table,
    outbox_table,
)
from samspill_kit.db.unit_of_work import UnitOfWork

__all__ = [
    "CONVENTION",
    "ClockRecords",
    "Database",
    "DatabaseBusy",
    "DatabaseUnavailable",
    "FastDatabase",
    "Inbox",
    "Outbox",
    "SchemaBehind",
    "SqlDeadLetters",
    "SqlOutbox",
    "UnitOfWork",
    "async_url",
    "dead_letters_table",
    "ensure_usable",
    "inbox_table",
    "outbox_table",
    "prepare",
    "translated",
    "upgrade",
]

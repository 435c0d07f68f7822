"""The only file that knows every part of retention."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Final

from samspill.identity.v1 import sessions_pb2, sessions_pb2_grpc
from samspill.retention.v1 import audit_heads_pb2_grpc, keys_pb2_grpc, lifetimes_pb2_grpc
from samspill_kit.auth import AuditHeadReader, JwksSource, PassportReader
from samspill_kit.clock import Clock, ClockGuard, SystemClock
from samspill_kit.crypto import derive
from samspill_kit.db import ClockRecords, Database, SqlDeadLetters, SqlOutbox, prepare
from samspill_kit.errors import DomainError
from samspill_kit.events import CONSUMERS, STREAMS, Consumer, EventBus, Relay, demand_entry
from samspill_kit.grpc import Channel, GrpcServer, Passport, Tls
from samspill_kit.ids import SchoolId, TimeOrderedIds
from samspill_kit.logging import get_logger
from samspill_kit.process import Service
from samspill_kit.settings import OwnerSettings, read_secret

from .clients.erasers import RemoteErasers
from .domain.ports import Begin
from .keystore.files import FolderPlace
from .keystore.kv import KvPlace
from .keystore.receipts import JwsReceiptSigner
from .keystore.root_key import RootKeyWrapping
from .keystore.store import WrappedKeyStore
from .keystore.transit import TransitWrapping
from .keystore.vault import AppRole, TokenFile, Vault
from .messaging.on_survey_events import subscriptions
from .messaging.publish import encoder
from .rpc.audit_heads import AuditHeads
from .rpc.deletions import DeletionCommands, DeletionQueries
from .rpc.keys import KeyIssue
from .rpc.lifetimes import Lifetimes
from .settings import Settings
from .storage.agenda import SqlAgenda
from .storage.unit_of_work import RetentionUnitOfWork
from .timers import DeadlineTimer, SagaTimer
from .usecases.advance_deletion import AdvanceDeletion
from .usecases.begin_due_deletions import BeginDueDeletions
from .usecases.change_delete_on import ChangeDeleteOn
from .usecases.delete_survey import DeleteSurvey
from .usecases.issue_keys import IssueIdentityKeys, IssueSurveyKey
from .usecases.keep_audit_heads import KeepAuditHeads
from .usecases.lock_everywhere import LockEverywhere
from .usecases.note_closing import NoteClosing
from .usecases.read_deletions import ReadDeletions
from .usecases.register_survey import RegisterSurvey
from .usecases.take_back_deletion import TakeBackDeletion
from .usecases.unlock_everywhere import UnlockEverywhere

log = get_logger(__name__)

MIGRATIONS: Final = Path(__file__).parent / "storage" / "migrations"
NEIGHBOURS: Final = ("identity", "surveys", "responses", "reports")


async def migrate(settings: OwnerSettings) -> None:
    """Bring the database to this build's schema, and try what the service will be told."""
    await prepare(settings, MIGRATIONS)
    await demand_entry(settings.nats_url_file)


async def serve(settings: Settings) -> Service:
    """Put retention together."""
    return await _Wiring(settings).service_of_all()


def key_store(settings: Settings, clock: Clock) -> WrappedKeyStore:
    """The key store in the place, and under the root key, that the operator chose."""
    vault = _vault(settings) if settings.vault_address else None
    return WrappedKeyStore(_wrapping(settings, vault), _place(settings, vault), clock)


def _vault(settings: Settings) -> Vault:
    assert settings.vault_address
    return Vault(
        settings.vault_address,
        _login(settings),
        authority=settings.vault_authority_file,
        timeout=settings.vault_timeout,
    )


def _login(settings: Settings) -> AppRole | TokenFile:
    if settings.vault_token_file:
        return TokenFile(settings.vault_token_file)
    assert settings.vault_role_id_file
    assert settings.vault_secret_id_file
    return AppRole(
        settings.vault_app_role_mount, settings.vault_role_id_file, settings.vault_secret_id_file
    )


def _wrapping(settings: Settings, vault: Vault | None) -> RootKeyWrapping | TransitWrapping:
    if settings.root_key_file:
        return RootKeyWrapping(settings.root_key_file.read_bytes())
    assert vault
    assert settings.vault_transit_key
    return TransitWrapping(
        vault, mount=settings.vault_transit_mount, key=settings.vault_transit_key
    )


def _place(settings: Settings, vault: Vault | None) -> FolderPlace | KvPlace:
    if settings.key_store_directory:
        return FolderPlace(settings.key_store_directory)
    assert vault
    assert settings.vault_kv_mount
    return KvPlace(vault, mount=settings.vault_kv_mount, prefix=settings.vault_kv_prefix)


class _Wiring:
    """Holds the parts while they are put together."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = SystemClock()
        self.service = Service("retention", settings)
        self.database = self.service.add(
            Database(
                read_secret(settings.database_url_file),
                connections=settings.database_connections,
                migrations=MIGRATIONS,
            )
        )
        self.jobs = self.service.add(
            Database(read_secret(settings.jobs_database_url_file), connections=3)
        )
        self.tls = Tls.read(settings.tls_directory)
        self.channels = {name: self._channel(name) for name in NEIGHBOURS}
        self.keys = self.service.add(key_store(settings, self.clock))
        self.agenda = SqlAgenda(self.jobs, self.clock)

    def _channel(self, name: str) -> Channel:
        address = getattr(self.settings, f"{name}_address")
        timeout = self.settings.call_timeout
        return self.service.add(Channel(name, address, self.tls, timeout=timeout))

    def begin(self) -> Begin:
        encode = encoder(TimeOrderedIds(self.clock), self.clock)

        def begun(school_id: SchoolId) -> RetentionUnitOfWork:
            return RetentionUnitOfWork(self.database, school_id, encode=encode)

        return begun

    async def service_of_all(self) -> Service:
        begin = self.begin()
        erasers = RemoteErasers(self.channels)
        lock = LockEverywhere(begin, erasers, self.clock)
        unlock = UnlockEverywhere(begin, erasers, self.clock)
        self._rpc(begin, lock, unlock)
        await self._timers(begin, erasers, lock, unlock)
        self._events(begin)
        self.service.ready_when("database", self.database.answers)
        self.service.ready_when("key store", self.keys.answers)
        return self.service

    def _rpc(self, begin: Begin, lock: LockEverywhere, unlock: UnlockEverywhere) -> None:
        signing = self.channels["identity"].stub(sessions_pb2_grpc.SigningKeyQueryServiceStub)

        async def fetch() -> str:
            answer = await signing.ListSigningKeys(sessions_pb2.ListSigningKeysRequest())
            return str(answer.jwks_json)

        signing_keys = JwksSource(fetch)
        known_as: Any = {"installation": self.settings.installation, "clock": self.clock}
        passports = PassportReader(signing_keys, **known_as)
        server = GrpcServer(
            "retention",
            self.settings.rpc_listen,
            self.tls,
            passports=passports,
            callers=self.settings.rpc_callers,
        )
        for register, servicer, callers, passport in self._servicers(begin, lock, unlock):
            server.add(register, servicer, callers=callers, passport=passport)
        server.add(
            audit_heads_pb2_grpc.add_AuditHeadInternalServiceServicer_to_server,
            AuditHeads(
                KeepAuditHeads(begin, self.clock), AuditHeadReader(signing_keys, **known_as)
            ),
            callers={"identity"},
            passport=Passport.NONE,
        )
        self.service.add(server)

    def _servicers(
        self, begin: Begin, lock: LockEverywhere, unlock: UnlockEverywhere
    ) -> list[tuple[Any, Any, tuple[str, ...], Passport]]:
        keys = KeyIssue(
            IssueSurveyKey(begin, self.keys, derive),
            IssueIdentityKeys(self.keys),
            self.settings.key_lease,
        )
        lifetimes = Lifetimes(RegisterSurvey(begin, self.keys, self.clock), ChangeDeleteOn(begin))
        commands = DeletionCommands(
            DeleteSurvey(begin, lock, self.clock), TakeBackDeletion(begin, unlock, self.clock)
        )
        queries = DeletionQueries(ReadDeletions(begin))
        add_keys = keys_pb2_grpc.add_KeyIssueInternalServiceServicer_to_server
        add_lifetimes = lifetimes_pb2_grpc.add_LifetimeInternalServiceServicer_to_server
        add_commands = lifetimes_pb2_grpc.add_DeletionCommandServiceServicer_to_server
        add_queries = lifetimes_pb2_grpc.add_DeletionQueryServiceServicer_to_server
        return [
            (add_keys, keys, ("identity", "surveys", "responses", "reports"), Passport.NONE),
            (add_lifetimes, lifetimes, ("surveys",), Passport.NONE),
            (add_commands, commands, ("gateway",), Passport.STAFF),
            (add_queries, queries, ("gateway",), Passport.STAFF),
        ]

    async def _timers(
        self, begin: Begin, erasers: RemoteErasers, lock: LockEverywhere, unlock: UnlockEverywhere
    ) -> None:
        advance = AdvanceDeletion(
            begin,
            lock,
            unlock,
            erasers,
            self.keys,
            JwsReceiptSigner(await self._receipt_key()),
            self.clock,
            self.settings.key_lease,
        )
        saga = SagaTimer(
            advance,
            self.agenda,
            ClockGuard(self.clock, time.monotonic),
            ClockRecords(self.jobs, "saga"),
            self.settings.saga_every,
        )
        deadline = DeadlineTimer(
            BeginDueDeletions(begin, self.agenda, self.clock),
            ClockGuard(self.clock, time.monotonic),
            ClockRecords(self.jobs, "deadline"),
            self.settings.deadline_every,
        )
        self.service.background("saga", saga.run)
        self.service.background("deadline", deadline.run)

    async def _receipt_key(self) -> bytes:
        """Open the store before anything is served: what is wrong with it ends the process."""
        try:
            return await self.keys.receipt_key()
        except DomainError as error:
            log.warning("The key store cannot be opened", error=error.code, **error.details)
            raise

    def _events(self, begin: Begin) -> None:
        settings = self.settings
        url = read_secret(settings.nats_url_file)
        bus = self.service.add(EventBus("retention", url, replicas=settings.stream_replicas))
        relay = Relay(bus, SqlOutbox(self.jobs, self.clock), STREAMS["retention"])
        letters = SqlDeadLetters(self.jobs, self.clock)
        consumer = Consumer(
            bus, CONSUMERS["retention-closing"], subscriptions(NoteClosing(begin)), letters
        )
        self.service.background("relay", relay.run)
        self.service.background("outbox", relay.watch)
        self.service.background("consumer", consumer.run)

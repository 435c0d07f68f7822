"""What the use cases work with, built from the settings."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from samspill.retention.v1 import audit_heads_pb2_grpc, keys_pb2_grpc
from samspill_identity.clients.audit_heads import RetentionHeadKeeper
from samspill_identity.clients.retention import LeasedRosterSeals, Pepper, RetentionKeys
from samspill_identity.keycloak.directory import KeycloakStaffDirectory
from samspill_identity.keycloak.sign_in import KeycloakSignIn, Realm
from samspill_identity.settings import Settings
from samspill_identity.storage.pupil_door import SqlPupilDoor
from samspill_identity.storage.schools import SqlSchools
from samspill_identity.storage.sessions import SqlStaffSessions
from samspill_identity.storage.signing_keys import SqlSigningKeys
from samspill_identity.storage.unit_of_work import IdentityUnitOfWork
from samspill_identity.tokens import SigningTokens
from samspill_identity.usecases.change_staff import ChangeStaff
from samspill_identity.usecases.find_people import FindPeople
from samspill_identity.usecases.keep_rights import KeepRights
from samspill_identity.usecases.know_colleagues import KnowColleagues
from samspill_kit.clock import Clock, SystemClock
from samspill_kit.db import Database, FastDatabase
from samspill_kit.grpc import Channel, Tls
from samspill_kit.ids import IdFactory, RandomIds, SchoolId
from samspill_kit.process import Service
from samspill_kit.settings import read_secret

MIGRATIONS: Final = Path(__file__).parents[1] / "storage" / "migrations"


@dataclass(frozen=True, slots=True)
class Parts:
    """What the use cases work with."""

    database: Database
    schools: SqlSchools
    sessions: SqlStaffSessions
    door: SqlPupilDoor
    signing_keys: SqlSigningKeys
    tokens: SigningTokens
    pepper: Pepper
    seals: LeasedRosterSeals
    sign_in: KeycloakSignIn
    directory: KeycloakStaffDirectory
    heads: RetentionHeadKeeper
    second_factor_for_names: bool
    ids: IdFactory
    clock: Clock

    def begin(self, school_id: SchoolId) -> IdentityUnitOfWork:
        """Start a transaction over what is kept of one school."""
        return IdentityUnitOfWork(self.database, school_id)

    @property
    def know_colleagues(self) -> KnowColleagues:
        """Who works at a school."""
        return KnowColleagues(self.begin, self.schools, self.directory, self.clock)

    @property
    def change_staff(self) -> ChangeStaff:
        """Who works where, changed in Keycloak."""
        return ChangeStaff(
            self.begin, self.schools, self.directory, self.know_colleagues, self.ids, self.clock
        )

    @property
    def find_people(self) -> FindPeople:
        """People whom Keycloak knows."""
        return FindPeople(self.directory, self.know_colleagues)

    @property
    def keep_rights(self) -> KeepRights:
        """From Keycloak's groups to rights here."""
        return KeepRights(self.begin, self.schools, self.clock)


def parts_of(service: Service, settings: Settings, tls: Tls) -> Parts:
    clock = SystemClock()
    database = service.add(_database(settings))
    fast = service.add(FastDatabase(read_secret(settings.database_url_file)))
    retention = service.add(
        Channel("retention", settings.retention_address, tls, timeout=settings.retention_timeout)
    )
    keys = RetentionKeys(
        retention.stub(
            keys_pb2_grpc.KeyIssueInternalServiceStub,
            idempotent=["IssueSchoolKey", "IssuePepper"],
        )
    )
    pepper = Pepper(keys.pepper)
    signing_keys = SqlSigningKeys(database, pepper, clock)
    return Parts(
        database=database,
        schools=SqlSchools(database),
        sessions=SqlStaffSessions(database, pepper),
        door=SqlPupilDoor(fast),
        signing_keys=signing_keys,
        tokens=SigningTokens(
            lambda: signing_keys.signing, installation=settings.installation, clock=clock
        ),
        pepper=pepper,
        seals=LeasedRosterSeals(keys.school_key),
        sign_in=service.add(KeycloakSignIn(_realm(settings), clock)),
        directory=_directory(settings),
        heads=RetentionHeadKeeper(
            retention.stub(
                audit_heads_pb2_grpc.AuditHeadInternalServiceStub,
                idempotent=["KeepAuditHeads", "GetAuditHead"],
            )
        ),
        second_factor_for_names=settings.second_factor_for_names,
        ids=RandomIds(),
        clock=clock,
    )


def _database(settings: Settings) -> Database:
    return Database(
        read_secret(settings.database_url_file),
        connections=settings.database_connections,
        migrations=MIGRATIONS,
    )


def _realm(settings: Settings) -> Realm:
    return Realm(
        address=settings.keycloak_address,
        public_address=settings.keycloak_public_address or settings.keycloak_address,
        name=settings.keycloak_realm,
        client_id=settings.oidc_client_id,
        client_secret=read_secret(settings.oidc_client_secret_file),
        redirect_uri=f"{settings.public_address}/logg-inn/retur",
        home=f"{settings.public_address}/",
        timeout=settings.keycloak_timeout.total_seconds(),
        refresh_timeout=settings.keycloak_refresh_timeout.total_seconds(),
    )


def _directory(settings: Settings) -> KeycloakStaffDirectory:
    return KeycloakStaffDirectory(
        address=settings.keycloak_address,
        realm=settings.keycloak_realm,
        client_id=settings.admin_client_id,
        client_secret=read_secret(settings.admin_client_secret_file),
        timeout=settings.keycloak_timeout.total_seconds(),
    )

"""The parts of an installation and what each is told; knows names and files, starts nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from deploy.local.children import Program
from deploy.local.credentials import Credentials
from deploy.local.keycloak import IDENTITY_CLIENT, REALM, WEB_CLIENT, Keycloak
from deploy.local.nats import Nats
from deploy.local.ports import Ports, free_port
from deploy.local.postgres import Postgres
from deploy.local.services import BACKENDS, GATEWAY, Addresses, program

INSTALLATION: Final = "samspill-one-machine"


@dataclass(frozen=True)
class Parts:
    """Everything that one folder and one set of ports determine."""

    folder: Path
    ports: Ports
    overrides: Mapping[str, str] = field(default_factory=dict)
    """Environment variables of services that a test or a measurement sets differently."""

    @cached_property
    def credentials(self) -> Credentials:
        return Credentials(self.folder / "secrets")

    @cached_property
    def addresses(self) -> Addresses:
        return Addresses(self.ports.gateway)

    @property
    def public_address(self) -> str:
        """What people type into their browser."""
        return f"http://localhost:{self.ports.gateway}"

    @cached_property
    def postgres(self) -> Postgres:
        return Postgres(self.folder / "postgres", free_port(), self.credentials)

    @cached_property
    def nats(self) -> Nats:
        return Nats(self.folder / "nats", free_port(), self.credentials, BACKENDS)

    @cached_property
    def keycloak(self) -> Keycloak:
        return Keycloak(
            home=self.folder / "keycloak",
            credentials=self.credentials,
            port=self.ports.keycloak,
            health_port=free_port(),
            public_address=self.public_address,
        )

    @property
    def certificates(self) -> Path:
        return self.folder / "tls"

    @property
    def schools_file(self) -> Path:
        """Names behind organisation numbers, for identity."""
        return self.folder / "schools.toml"

    def log(self, part: str) -> Path:
        """Where what a part prints is kept."""
        return self.folder / "log" / f"{part}.log"

    def service(self, name: str, command: str = "serve") -> Program:
        """One of the six services, or its migration."""
        prefix = f"SAMSPILL_{name.upper()}_"
        if command == "migrate":
            owner = str(self.postgres.url_file(name, "owner"))
            return program(name, command, {f"{prefix}OWNER_DATABASE_URL_FILE": owner})
        told = {
            f"{prefix}INSTALLATION": INSTALLATION,
            f"{prefix}TLS_DIRECTORY": str(self.certificates / name),
            **self.addresses.environment(name),
        }
        if name == GATEWAY:
            told[f"{prefix}PUBLIC_ADDRESS"] = self.public_address
        else:
            told |= self._stores_of(name, prefix)
        told |= {"identity": self._identity, "retention": self._retention}.get(name, dict)()
        mine = {key: value for key, value in self.overrides.items() if key.startswith(prefix)}
        return program(name, command, told | mine)

    def _stores_of(self, name: str, prefix: str) -> dict[str, str]:
        return {
            f"{prefix}DATABASE_URL_FILE": str(self.postgres.url_file(name, "app")),
            f"{prefix}JOBS_DATABASE_URL_FILE": str(self.postgres.url_file(name, "jobs")),
            f"{prefix}NATS_URL_FILE": str(self.nats.url_file(name)),
        }

    def _identity(self) -> dict[str, str]:
        keys = self.credentials
        told = {
            "PUBLIC_ADDRESS": self.public_address,
            "SCHOOLS_FILE": str(self.schools_file),
            "KEYCLOAK_ADDRESS": self.keycloak.address,
            "KEYCLOAK_REALM": REALM,
            "OIDC_CLIENT_ID": WEB_CLIENT,
            "OIDC_CLIENT_SECRET_FILE": str(keys.file_of("keycloak-web")),
            "ADMIN_CLIENT_ID": IDENTITY_CLIENT,
            "ADMIN_CLIENT_SECRET_FILE": str(keys.file_of("keycloak-identity")),
        }
        return {f"SAMSPILL_IDENTITY_{name}": value for name, value in told.items()}

    def _retention(self) -> dict[str, str]:
        store = self.folder / "keystore"
        store.mkdir(parents=True, exist_ok=True, mode=0o700)
        return {
            "SAMSPILL_RETENTION_ROOT_KEY_FILE": str(self.credentials.key("root-key")),
            "SAMSPILL_RETENTION_KEY_STORE_DIRECTORY": str(store),
        }

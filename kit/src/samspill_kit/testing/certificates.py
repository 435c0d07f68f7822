"""A throw-away certificate authority, with a certificate for each service."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from samspill_kit.grpc.tls import Tls, host_of

_LIFETIME: Final = timedelta(days=30)
_LEEWAY: Final = timedelta(minutes=5)


class Authority:
    """Signs certificates that are gone with the tests; its key exists in memory alone."""

    def __init__(self, now: datetime | None = None) -> None:
        self._now = now or datetime.now(UTC)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Samspill throw-away")])
        self._certificate = (
            self._draft(self._name, self._key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self._key, hashes.SHA256())
        )

    def tls(self, service: str) -> Tls:
        """Return what a service needs to show who it is and to believe the others."""
        key = ec.generate_private_key(ec.SECP256R1())
        names: list[x509.GeneralName] = [
            x509.DNSName(host_of(service)),
            x509.DNSName("localhost"),
            x509.IPAddress(ip_address("127.0.0.1")),
        ]
        both_sides = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, service)])
        certificate = (
            self._draft(subject, key)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.ExtendedKeyUsage(both_sides), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return Tls(_pem(self._certificate), _pem(certificate), private)

    def write(self, folder: Path, services: Iterable[str]) -> None:
        """Write `<service>/ca.crt`, `tls.crt` and `tls.key`, readable by the owner alone."""
        for service in services:
            tls = self.tls(service)
            (folder / service).mkdir(parents=True, exist_ok=True, mode=0o700)
            parts = {"ca.crt": tls.authority, "tls.crt": tls.certificate, "tls.key": tls.key}
            for name, content in parts.items():
                path = folder / service / name
                path.touch(mode=0o600)
                path.write_bytes(content)

    def _draft(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now - _LEEWAY)
            .not_valid_after(self._now + _LIFETIME)
        )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)

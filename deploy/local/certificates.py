"""A throw-away certificate authority: one certificate per service, made anew at every start."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from deploy.local.credentials import write_private
from deploy.local.ports import LOOPBACK

LIFETIME: Final = timedelta(days=90)
CLOCK_LEEWAY: Final = timedelta(minutes=5)


def write_certificates(folder: Path, services: Iterable[str], now: datetime | None = None) -> None:
    """Write `<service>/ca.crt`, `tls.crt` and `tls.key`, the names of a Kubernetes TLS secret.

    The authority's own key is forgotten at once: nobody can make another certificate of it.
    """
    authority = _Authority(now or datetime.now(UTC))
    for service in services:
        key = ec.generate_private_key(ec.SECP256R1())
        write_private(folder / service / "ca.crt", _pem(authority.certificate))
        write_private(folder / service / "tls.crt", _pem(authority.issue(service, key)))
        write_private(folder / service / "tls.key", _private_pem(key))


class _Authority:
    def __init__(self, now: datetime) -> None:
        self._now = now
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Samspill, one machine")])
        self.certificate = (
            self._draft(self._name, self._key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .sign(self._key, hashes.SHA256())
        )

    def issue(self, service: str, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
        names: list[x509.GeneralName] = [
            x509.DNSName(f"{service}.samspill.internal"),
            x509.DNSName("localhost"),
            x509.IPAddress(ipaddress.ip_address(LOOPBACK)),
        ]
        both_sides = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, service)])
        return (
            self._draft(subject, key)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.ExtendedKeyUsage(both_sides), critical=False)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .sign(self._key, hashes.SHA256())
        )

    def _draft(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now - CLOCK_LEEWAY)
            .not_valid_after(self._now + LIFETIME)
        )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )

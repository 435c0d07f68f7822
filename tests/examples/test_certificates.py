"""Certificates by `certificates.sh`: services believe each other, and nobody else (SPEC P3)."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from samspill_kit.grpc.tls import Tls, host_of, service_of
from tests.chart.rendering import SERVICES

from .made import make_certificates

PATIENCE = 5.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("secrets")
    make_certificates(folder)
    return folder


def tls_of(folder: Path, service: str) -> Tls:
    return Tls.read(folder / "samspill" / f"tls-{service}")


@pytest.mark.parametrize("service", SERVICES)
def test_a_certificate_says_who_the_service_is(folder: Path, service: str) -> None:
    certificate = x509.load_pem_x509_certificate(tls_of(folder, service).certificate)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value

    assert names.get_values_for_type(x509.DNSName) == [host_of(service)]
    assert service_of([host_of(service).encode()]) == service
    assert set(usage) == {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH}
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "secp256r1"
    lifetime = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert lifetime == timedelta(days=90)


async def echo(request: bytes, _context: object) -> bytes:
    return request


@asynccontextmanager
async def surveys(tls: Tls) -> AsyncIterator[int]:
    """A gRPC server as a service has it."""
    server = grpc.aio.server()
    handlers = {"Echo": grpc.unary_unary_rpc_method_handler(echo)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Test", handlers),))
    port = server.add_secure_port("127.0.0.1:0", tls.for_server())
    await server.start()
    try:
        yield port
    finally:
        await server.stop(None)


async def called(port: int, tls: Tls, *, host: str = host_of("surveys")) -> bytes:
    options = [("grpc.ssl_target_name_override", host)]
    address = f"127.0.0.1:{port}"
    async with grpc.aio.secure_channel(address, tls.for_client(), options=options) as channel:
        answer: bytes = await channel.unary_unary("/test.Test/Echo")(b"x", timeout=PATIENCE)
        return answer


async def test_two_services_believe_each_other(folder: Path) -> None:
    async with surveys(tls_of(folder, "surveys")) as port:
        assert await called(port, tls_of(folder, "gateway")) == b"x"


async def test_a_service_of_another_authority_is_not_believed(folder: Path, tmp_path: Path) -> None:
    make_certificates(tmp_path)
    stranger = tls_of(tmp_path, "gateway")
    # It believes the server, which must not believe it.
    stranger = Tls(tls_of(folder, "gateway").authority, stranger.certificate, stranger.key)
    async with surveys(tls_of(folder, "surveys")) as port:
        with pytest.raises(grpc.aio.AioRpcError):
            await called(port, stranger)


async def test_a_service_does_not_pass_for_another(folder: Path) -> None:
    async with surveys(tls_of(folder, "reports")) as port:
        with pytest.raises(grpc.aio.AioRpcError):
            await called(port, tls_of(folder, "gateway"))


def test_renewing_keeps_the_authority_and_changes_the_keys(folder: Path, tmp_path: Path) -> None:
    make_certificates(tmp_path)
    before = tls_of(tmp_path, "identity")
    make_certificates(tmp_path)
    after = tls_of(tmp_path, "identity")

    assert after.authority == before.authority
    assert after.key != before.key


def test_openssl_finds_nothing_wrong_and_keys_are_for_their_owner_alone(folder: Path) -> None:
    authority = folder / "authority" / "ca.crt"
    for service in SERVICES:
        certificate = folder / "samspill" / f"tls-{service}" / "tls.crt"
        for purpose in ("sslserver", "sslclient"):
            words = ["openssl", "verify", "-x509_strict", "-purpose", purpose]
            subprocess.run([*words, "-CAfile", authority, certificate], check=True)
    assert {file.stat().st_mode & 0o077 for file in folder.rglob("*") if file.is_file()} == {0}
    assert ssl.create_default_context(cafile=str(authority)).cert_store_stats()["x509_ca"] == 1

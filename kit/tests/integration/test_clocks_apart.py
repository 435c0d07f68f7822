"""A clock that goes 90 s wrong, in both directions, between two real servers (ARCHITECTURE 2)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from kit.tests.integration.test_calls import ANYWHERE, STAFF, Notes
from samspill_kit.auth import PassportReader
from samspill_kit.errors import Unauthenticated, Unavailable
from samspill_kit.grpc import Channel, GrpcServer, Passport, call
from samspill_kit.settings import HostPort
from samspill_kit.testing.certificates import Authority
from samspill_kit.testing.clocks import SetClock
from samspill_kit.testing.metrics import measured
from samspill_kit.testing.passports import INSTALLATION, PassportOffice


@asynccontextmanager
async def called(
    contract: SimpleNamespace, authority: Authority, *, ahead: float
) -> AsyncIterator[Any]:
    """Call a server whose clock is this many seconds ahead of identity's."""
    identitys, servers = SetClock(), SetClock()
    servers.advance(timedelta(seconds=ahead))
    office = PassportOffice(identitys)
    passports = PassportReader(office.keys, installation=INSTALLATION, clock=servers)
    server = GrpcServer("notes", ANYWHERE, authority.tls("notes"), passports=passports)
    server.add(
        contract.pb_grpc.add_NoteCommandServiceServicer_to_server,
        Notes(contract.pb),
        callers={"gateway"},
        passport=Passport.STAFF,
    )
    await server.start()
    channel = Channel("notes", HostPort("127.0.0.1", server.port), authority.tls("gateway"))
    stub = channel.stub(contract.pb_grpc.NoteCommandServiceStub)
    with call.on_behalf(passport=office.signer.passport(STAFF)):
        yield lambda: stub.WriteNote(contract.pb.WriteNoteRequest(wish=""))
    await channel.stop()
    await server.stop()


async def test_a_service_that_is_behind_says_that_the_clocks_differ(
    contract: SimpleNamespace, authority: Authority
) -> None:
    async with called(contract, authority, ahead=-90) as write:
        counted = measured("samspill_clock_differences_total", token="passport")
        with pytest.raises(Unavailable) as refused:
            await write()
    assert refused.value.code == "clocks_differ"
    assert measured("samspill_clock_differences_total", token="passport") > counted


async def test_a_service_that_is_ahead_calls_a_fresh_passport_expired(
    contract: SimpleNamespace, authority: Authority
) -> None:
    async with called(contract, authority, ahead=90) as write:
        with pytest.raises(Unauthenticated) as refused:
            await write()
    assert refused.value.code == "passport_expired"


async def test_clocks_a_few_seconds_apart_stop_nobody(
    contract: SimpleNamespace, authority: Authority
) -> None:
    for ahead in (-5, 30):
        async with called(contract, authority, ahead=ahead) as write:
            assert (await write()).seen

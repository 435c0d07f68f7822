"""A service of the kit's own for test_process.py: `serve` with one slow method over real TLS."""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, sys.argv.pop(1))

from sample_pb2 import WriteNoteResponse
from sample_pb2_grpc import add_NoteInternalServiceServicer_to_server

from samspill_kit.grpc import GrpcServer, Passport, Tls
from samspill_kit.process import Service, main
from samspill_kit.settings import ServiceSettings


class Settings(ServiceSettings, env_prefix="SAMSPILL_NOTES_"):
    """Everything an operator can set for the sample service."""

    slow_for: timedelta


class SlowNotes:
    def __init__(self, settings: Settings) -> None:
        self._slow_for = settings.slow_for.total_seconds()

    async def EraseNote(self, _request: Any, _context: Any) -> Any:
        sys.stderr.write("began\n")
        sys.stderr.flush()
        await asyncio.sleep(self._slow_for)
        return WriteNoteResponse(seen="done")


async def build(settings: Settings) -> Service:
    service = Service("notes", settings)
    server = GrpcServer("notes", settings.rpc_listen, Tls.read(Path(settings.tls_directory)))
    server.add(
        add_NoteInternalServiceServicer_to_server,
        SlowNotes(settings),
        callers={"gateway"},
        passport=Passport.NONE,
    )
    service.add(server)
    return service


if __name__ == "__main__":
    sys.exit(main("notes", Settings, serve=build))

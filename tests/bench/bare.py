"""The barest pipeline of the same shape: HTTP, gRPC, INSERT. No TLS, no checks, no encryption.

`python -m tests.bench.bare rows PORT` and `... http PORT ROWS_PORT`: two processes, as little work
in each as the libraries allow. The first one finds its database in the variable BARE_DATABASE.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, Final
from uuid import UUID

import asyncpg
import grpc
import uvicorn
import uvloop
from fastapi import FastAPI, Request, Response
from grpc import aio

SERVICE: Final = "bare.Rows"
METHOD: Final = f"/{SERVICE}/Save"
CONNECTIONS: Final = 8

TABLE: Final = """
    CREATE TABLE answers (
        participant_id uuid NOT NULL, question_id uuid NOT NULL, answer bytea NOT NULL,
        PRIMARY KEY (participant_id, question_id))
"""
INSERT: Final = """
    INSERT INTO answers (participant_id, question_id, answer)
    SELECT $1, * FROM unnest($2::uuid[], $3::bytea[])
"""


async def serve_rows(port: int) -> None:
    """Take saves over gRPC and write one row per answer."""
    pool = await asyncpg.create_pool(  # type: ignore[no-untyped-call]  # asyncpg has no types
        os.environ["BARE_DATABASE"], min_size=CONNECTIONS, max_size=CONNECTIONS
    )

    async def save(request: bytes, _context: Any) -> bytes:
        content = json.loads(request[16:])["answers"]
        questions = [UUID(key) for key in content]
        answers = [json.dumps(value).encode() for value in content.values()]
        await pool.execute(INSERT, UUID(bytes=request[:16]), questions, answers)
        return b""

    server = aio.server()
    handlers: dict[str, Any] = {"Save": grpc.unary_unary_rpc_method_handler(save)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    await server.wait_for_termination()


async def serve_http(port: int, rows_port: int) -> None:
    """Take saves over HTTP and pass them on."""
    channel = aio.insecure_channel(f"127.0.0.1:{rows_port}")
    remote: Any = channel.unary_unary(METHOD)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.post("/save/{participant}")
    async def save(participant: UUID, request: Request) -> Response:
        await remote(participant.bytes + await request.body())
        return Response()

    config = uvicorn.Config(app, port=port, http="httptools", access_log=False, log_level="error")
    await uvicorn.Server(config).serve()


def main(words: list[str]) -> None:
    ports = [int(word) for word in words[1:]]
    uvloop.run(serve_rows(*ports) if words[0] == "rows" else serve_http(*ports))


if __name__ == "__main__":
    main(sys.argv[1:])

"""Everything that can be asked of the system, from its own contracts."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from fastapi import FastAPI
from fastapi.routing import APIRoute
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from pydantic import HttpUrl

import samspill
from samspill_gateway.bootstrap import application


def rpcs() -> dict[str, MethodDescriptor]:
    """Every RPC of the generated contracts, as `/package.Service/Method`."""
    found: dict[str, MethodDescriptor] = {}
    roots = [Path(path) for path in samspill.__path__]
    files = sorted(path.relative_to(root) for root in roots for path in root.rglob("*_pb2.py"))
    for each in files:
        name = ".".join(("samspill", *each.with_suffix("").parts))
        file = importlib.import_module(name).DESCRIPTOR
        for service in file.services_by_name.values():
            for method in service.methods:
                found[f"/{service.full_name}/{method.name}"] = method
    return found


def routes(app: FastAPI | None = None) -> set[tuple[str, str]]:
    """Every HTTP route of the gateway as (method, path)."""
    app = app or gateway()
    documented = app.openapi()["paths"]
    found = {(method.upper(), path) for path, methods in documented.items() for method in methods}
    found |= {
        (method, route.path)
        for route in app.routes
        if isinstance(route, APIRoute)
        for method in route.methods
    }
    return found


def gateway() -> FastAPI:
    settings = SimpleNamespace(public_address=HttpUrl("http://localhost/"))
    return application(cast("Any", settings), cast("Any", None))


def messages_of(method: MethodDescriptor) -> tuple[type[Message], type[Message]]:
    """The classes of an RPC's request and answer."""
    return GetMessageClass(method.input_type), GetMessageClass(method.output_type)


def text_fields(message: Message) -> Iterator[str]:
    """Names of the fields of a request that are ids."""
    for one in message.DESCRIPTOR.fields:
        if one.name.endswith(("_id", "_ids")):
            yield one.name

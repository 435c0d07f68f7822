"""Unit tests reach nothing outside the process."""

from collections.abc import Iterator

import pytest
from pytest_socket import disable_socket, enable_socket


@pytest.fixture(autouse=True)
def no_sockets() -> Iterator[None]:
    # Unix sockets stay allowed: asyncio wakes itself through one.
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()

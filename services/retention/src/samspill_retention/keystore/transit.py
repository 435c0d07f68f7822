"""Keys wrapped by Vault's transit engine: the root key never leaves Vault."""

from __future__ import annotations

import base64
from typing import Final

import hvac
from hvac.exceptions import InvalidRequest

from samspill_retention.domain.errors import RootKeyDoesNotFit

from .store import kind_of
from .vault import Vault, found_in

SETTINGS: Final = "VAULT_TRANSIT_MOUNT+VAULT_TRANSIT_KEY"


class TransitWrapping:
    """The key's name is the associated data, which transit refuses for keys that cannot bind it."""

    def __init__(self, vault: Vault, *, mount: str, key: str) -> None:
        self._vault = vault
        self._mount = mount
        self._key = key

    def wrap(self, key: bytes, name: str) -> bytes:
        def question(client: hvac.Client) -> bytes:
            answer = client.secrets.transit.encrypt_data(
                name=self._key,
                plaintext=_base64(key),
                associated_data=_base64(name.encode()),
                mount_point=self._mount,
            )
            return str(found_in(answer)["ciphertext"]).encode()

        return self._vault.ask(question, about=SETTINGS)

    def unwrap(self, wrapped: bytes, name: str) -> bytes:
        def question(client: hvac.Client) -> bytes | None:
            try:
                answer = client.secrets.transit.decrypt_data(
                    name=self._key,
                    # What a root key file wrapped is no text; transit then says that it is none of its own.
                    ciphertext=wrapped.decode(errors="replace"),
                    associated_data=_base64(name.encode()),
                    mount_point=self._mount,
                )
            except InvalidRequest:
                return None
            return base64.b64decode(found_in(answer)["plaintext"])

        key = self._vault.ask(question, about=SETTINGS)
        if key is None:
            raise RootKeyDoesNotFit(setting="VAULT_TRANSIT_KEY", part=kind_of(name))
        return key


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()

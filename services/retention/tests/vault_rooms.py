"""Each test's own folder and way in, in the Vault that the session shares."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from samspill_retention.keystore.kv import KvPlace
from samspill_retention.keystore.transit import TransitWrapping
from samspill_retention.keystore.vault import AppRole, Login, Vault
from services.retention.tests.vault_server import TRANSIT_KEY, Role, VaultServer


@dataclass(frozen=True)
class Room:
    """One installation's part of Vault, seen by one role; each call is another process' view."""

    server: VaultServer
    role: Role
    prefix: str
    mount: str = "kv"
    transit_key: str = TRANSIT_KEY

    def vault(self, login: Login | None = None, **more: Any) -> Vault:
        known = {"authority": self.server.authority_file, "timeout": timedelta(seconds=5)}
        address = more.pop("address", self.server.address)
        return Vault(address, login or self.login(), **{**known, **more})

    def login(self) -> AppRole:
        return AppRole("approle", self.role.role_id_file, self.role.secret_id_file)

    def wrapping(self, vault: Vault | None = None) -> TransitWrapping:
        return TransitWrapping(vault or self.vault(), mount="transit", key=self.transit_key)

    def place(self, vault: Vault | None = None) -> KvPlace:
        return KvPlace(vault or self.vault(), mount=self.mount, prefix=self.prefix)

    def but(self, **other: Any) -> Room:
        return replace(self, **other)

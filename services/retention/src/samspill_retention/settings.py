"""Every knob of retention, its default and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import (
    AfterValidator,
    DirectoryPath,
    FilePath,
    StringConstraints,
    model_validator,
)
from pydantic_settings import SettingsConfigDict

from samspill_kit.settings import (
    DatabaseSettings,
    EventSettings,
    HostPort,
    OwnerSettings,
    ServiceSettings,
)

PREFIX: Final = "SAMSPILL_RETENTION_"

VaultPath = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$")]
"""A mount or a folder in Vault, without a slash at either end."""

VaultAddress = Annotated[str, StringConstraints(pattern=r"^https://[^/\s]+$")]
"""`https://vault.example.org:8200`: keys travel over TLS alone."""


def _of_32_bytes(file: Path) -> Path:
    if file.stat().st_size != 32:
        raise ValueError("must hold exactly 32 random bytes")
    return file


RootKeyFile = Annotated[FilePath, AfterValidator(_of_32_bytes)]
"""The key of AES-256, as bytes and without a line's end."""


class MigrationSettings(OwnerSettings):
    """What `migrate` is told; the root key is looked at where it is named."""

    model_config = SettingsConfigDict(env_prefix=PREFIX)

    root_key_file: RootKeyFile | None = None


class Settings(ServiceSettings, DatabaseSettings, EventSettings):
    """Everything an operator can set for the retention service."""

    model_config = SettingsConfigDict(env_prefix=PREFIX)

    root_key_file: RootKeyFile | None = None
    """32 random bytes that wrap every key of the store; a mounted secret. Or …"""

    vault_transit_key: VaultPath | None = None
    """… the name of an AES-GCM key of Vault's transit engine, which never leaves Vault."""

    key_store_directory: DirectoryPath | None = None
    """Volume of the key store; its backups live seven days at the most (SPEC P1). Or …"""

    vault_kv_mount: VaultPath | None = None
    """… a KV engine, version 2, of Vault; its backups live seven days at the most too."""

    vault_kv_prefix: VaultPath = "samspill"
    """The folder in that engine; one per installation."""

    vault_transit_mount: VaultPath = "transit"

    vault_address: VaultAddress | None = None

    vault_authority_file: FilePath | None = None
    """Certificates that Vault's own is checked against; absent: the usual public ones."""

    vault_app_role_mount: VaultPath = "approle"

    vault_role_id_file: FilePath | None = None
    """With `vault_secret_id_file` the login by AppRole. Both are read at every login. Or …"""

    vault_secret_id_file: FilePath | None = None

    vault_token_file: FilePath | None = None
    """… a token that somebody else keeps fresh in this file."""

    vault_timeout: timedelta = timedelta(seconds=2)
    """Budget for one answer of Vault. Handing out a key takes two, destroying one takes four."""

    identity_address: HostPort
    surveys_address: HostPort
    responses_address: HostPort
    reports_address: HostPort

    call_timeout: timedelta = timedelta(seconds=3)
    """Budget for one service's lock; the page waits for all four at once."""

    key_lease: timedelta = timedelta(minutes=60)
    """How long a service may hold a sub-key; a receipt waits this long (SPEC R3, T4)."""

    saga_every: timedelta = timedelta(seconds=2)
    """How often unfinished deletions are carried on."""

    deadline_every: timedelta = timedelta(minutes=10)
    """How often surveys past their last day are looked for; below an hour (clock guard)."""

    @model_validator(mode="after")
    def _keys_are_wholly_told(self) -> Self:
        missing = list(self._what_is_wrong_with_keys())
        if missing:
            raise ValueError("\n".join(missing))
        return self

    def _what_is_wrong_with_keys(self) -> Iterator[str]:
        """Sentences about the settings of the key store, which mean something together only."""
        if bool(self.root_key_file) == bool(self.vault_transit_key):
            yield _one_of("ROOT_KEY_FILE", "VAULT_TRANSIT_KEY", "it wraps the keys")
        if bool(self.key_store_directory) == bool(self.vault_kv_mount):
            yield _one_of("KEY_STORE_DIRECTORY", "VAULT_KV_MOUNT", "the keys lie there")
        if self.vault_transit_key or self.vault_kv_mount:
            yield from self._what_is_wrong_with_vault()
        else:
            yield from self._what_nobody_reads()

    def _what_is_wrong_with_vault(self) -> Iterator[str]:
        if not self.vault_address:
            yield f"{PREFIX}VAULT_ADDRESS: set it, since keys are wrapped or kept in Vault"
        by_role = bool(self.vault_role_id_file or self.vault_secret_id_file)
        if by_role == bool(self.vault_token_file):
            yield _one_of("VAULT_ROLE_ID_FILE", "VAULT_TOKEN_FILE", "it is the login to Vault")
        halves = ("vault_role_id_file", "vault_secret_id_file")
        for name in halves if by_role else ():
            if not getattr(self, name):
                yield f"{PREFIX}{name.upper()}: set it, since the other half of the AppRole is set"

    def _what_nobody_reads(self) -> Iterator[str]:
        names = ("address", "authority_file", "role_id_file", "secret_id_file", "token_file")
        for name in (f"vault_{each}" for each in names):
            if getattr(self, name):
                yield (
                    f"{PREFIX}{name.upper()}: take it away, or set {PREFIX}VAULT_TRANSIT_KEY or"
                    f" {PREFIX}VAULT_KV_MOUNT, without which Vault is not used"
                )


def _one_of(one: str, other: str, why: str) -> str:
    return f"{PREFIX}{one} or {PREFIX}{other}: set exactly one of the two, {why}"

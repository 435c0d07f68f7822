"""Wrapped keys in Vault's KV engine, version 2: one entry per key and one per tombstone."""

from __future__ import annotations

import base64
from datetime import datetime
from functools import partial
from typing import Any

import hvac
from hvac.exceptions import InvalidPath, InvalidRequest

from samspill_retention.domain.errors import KeyStoreNotFit

from .vault import Answer, Question, Vault, found_in, is_nothing_there


class KvPlace:
    """Writes are check-and-set from nothing, so that no entry is ever replaced by anybody."""

    def __init__(self, vault: Vault, *, mount: str, prefix: str) -> None:
        self._vault = vault
        self._mount = mount
        self._prefix = prefix

    def add(self, name: str, wrapped: bytes) -> None:
        content = {"wrapped": base64.b64encode(wrapped).decode()}
        self._ask(partial(self._write, name, content))

    def find(self, name: str) -> bytes | None:
        content = self._ask(partial(self._read, name))
        return None if content is None else base64.b64decode(content["wrapped"])

    def destroy(self, name: str) -> None:
        self._ask(partial(self._erase, name))

    def add_tombstone(self, survey_id: str, at: datetime) -> None:
        # An entry of its own: two who write at once cannot lose each other's.
        content = {"at": at.isoformat(timespec="seconds")}
        self._ask(partial(self._write, f"tombstones/{survey_id}", content))

    def tombstones(self) -> frozenset[str]:
        return self._ask(self._list_tombstones)

    def _ask(self, question: Question[Answer]) -> Answer:
        return self._vault.ask(question, about="VAULT_KV_MOUNT+VAULT_KV_PREFIX")

    def _write(self, name: str, content: dict[str, str], client: hvac.Client) -> None:
        try:
            answer = client.secrets.kv.v2.create_or_update_secret(
                secret=content, cas=0, **self._at(name)
            )
        except InvalidRequest as error:
            if "check-and-set" in str(error):
                return  # Somebody was here before; theirs stays.
            raise
        _check(found_in(answer))

    def _read(self, name: str, client: hvac.Client) -> dict[str, Any] | None:
        try:
            answer = client.secrets.kv.v2.read_secret_version(
                raise_on_deleted_version=True, **self._at(name)
            )
        except InvalidPath as error:
            if is_nothing_there(error):
                return None
            raise
        found = found_in(answer)
        _check(found.get("metadata", {}))
        return dict(found["data"])

    def _erase(self, name: str, client: hvac.Client) -> None:
        kv = client.secrets.kv.v2
        try:
            known = kv.read_secret_metadata(**self._at(name))
        except InvalidPath as error:
            if is_nothing_there(error):
                return
            raise
        # Destroying comes first, so that a crash before the second step leaves no content; an
        # ordinary delete would only hide it, for anybody to undelete.
        versions = [int(number) for number in found_in(known)["versions"]]
        if versions:
            kv.destroy_secret_versions(versions=versions, **self._at(name))
        kv.delete_metadata_and_all_versions(**self._at(name))

    def _list_tombstones(self, client: hvac.Client) -> frozenset[str]:
        try:
            answer = client.secrets.kv.v2.list_secrets(**self._at("tombstones"))
        except InvalidPath as error:
            if is_nothing_there(error):
                return frozenset()
            raise
        return frozenset(found_in(answer)["keys"])

    def _at(self, name: str) -> dict[str, str]:
        return {"path": f"{self._prefix}/{name}", "mount_point": self._mount}


def _check(told: dict[str, Any]) -> None:
    """Look at what the engine says of an entry that it keeps now.

    An engine of version 1 says nothing and would let a key be replaced; a `deletion_time` ahead
    means that the engine was told to forget, and with a key it would forget a survey's answers.
    """
    if "deletion_time" not in told:
        raise KeyStoreNotFit(setting="VAULT_KV_MOUNT", reason="not_version_2")
    if told["deletion_time"]:
        raise KeyStoreNotFit(setting="VAULT_KV_MOUNT", reason="delete_version_after")

"""Half a configuration of the keys is refused with sentences that name the settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from samspill_kit.clock import SystemClock
from samspill_kit.process import main
from samspill_retention.bootstrap import key_store
from samspill_retention.settings import PREFIX, Settings

VAULT = {"vault_address": "https://vault.example.org:8200"}
ROLE = ("vault_role_id_file", "vault_secret_id_file")


def told(folder: Path, *files: str, **more: str) -> dict[str, object]:
    """All that the service needs besides its keys, and these."""
    secret, store = folder / "secret", folder / "store"
    secret.write_bytes(bytes(32))
    store.mkdir(exist_ok=True)
    names = ("database_url_file", "jobs_database_url_file", "nats_url_file", *files)
    others = ("identity", "surveys", "responses", "reports")
    return {
        "installation": "proof",
        "tls_directory": folder,
        **{name: secret for name in names if name.endswith("_file")},
        **{f"{name}_address": "127.0.0.1:1" for name in others},
        **({"key_store_directory": store} if "key_store_directory" in files else {}),
        **more,
    }


@pytest.mark.parametrize(
    ("files", "more"),
    [
        (("root_key_file", "key_store_directory"), {}),
        (("root_key_file", *ROLE), {"vault_kv_mount": "kv", **VAULT}),
        (("key_store_directory", *ROLE), {"vault_transit_key": "samspill", **VAULT}),
        (ROLE, {"vault_transit_key": "samspill", "vault_kv_mount": "team/kv", **VAULT}),
        (("vault_token_file",), {"vault_transit_key": "s", "vault_kv_mount": "kv", **VAULT}),
    ],
)
def test_each_whole_choice_is_taken(
    files: tuple[str, ...], more: dict[str, str], tmp_path: Path
) -> None:
    settings = Settings.model_validate(told(tmp_path, *files, **more))
    assert key_store(settings, SystemClock())


BOTH = {"vault_transit_key": "samspill", "vault_kv_mount": "kv"}


@pytest.mark.parametrize(
    ("files", "more", "named"),
    [
        ((), {}, ["ROOT_KEY_FILE", "KEY_STORE_DIRECTORY"]),
        (("key_store_directory",), {}, ["ROOT_KEY_FILE or SAMSPILL_RETENTION_VAULT_TRANSIT_KEY"]),
        (("root_key_file",), {}, ["KEY_STORE_DIRECTORY or SAMSPILL_RETENTION_VAULT_KV_MOUNT"]),
        (("root_key_file", *ROLE), {**BOTH, **VAULT}, ["ROOT_KEY_FILE or"]),
        (("key_store_directory", *ROLE), {**BOTH, **VAULT}, ["KEY_STORE_DIRECTORY or"]),
        (ROLE, BOTH, ["VAULT_ADDRESS"]),
        ((), {**BOTH, **VAULT}, ["VAULT_ROLE_ID_FILE or SAMSPILL_RETENTION_VAULT_TOKEN_FILE"]),
        ((*ROLE, "vault_token_file"), {**BOTH, **VAULT}, ["VAULT_TOKEN_FILE"]),
        (("vault_role_id_file",), {**BOTH, **VAULT}, ["VAULT_SECRET_ID_FILE"]),
        (("vault_secret_id_file",), {**BOTH, **VAULT}, ["VAULT_ROLE_ID_FILE"]),
        (("root_key_file", "key_store_directory"), VAULT, ["VAULT_ADDRESS: take it away"]),
        (("root_key_file", "key_store_directory", *ROLE), {}, ["VAULT_ROLE_ID_FILE: take it"]),
        (ROLE, {**BOTH, "vault_address": "http://vault.example.org"}, ["vault_address"]),
        (ROLE, {**BOTH, **VAULT, "vault_kv_mount": "kv/"}, ["vault_kv_mount"]),
    ],
)
def test_half_a_choice_is_refused_and_named(
    files: tuple[str, ...], more: dict[str, str], named: list[str], tmp_path: Path
) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate(told(tmp_path, *files, **more))
    for each in named:
        assert (f"{PREFIX}{each}" if each.isupper() else each) in str(refused.value)


def test_the_command_says_it_in_sentences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in told(tmp_path, *ROLE, **BOTH).items():
        monkeypatch.setenv(f"{PREFIX}{name.upper()}", str(value))
    arguments = ["check-settings"]
    assert main("retention", Settings, serve=None, arguments=arguments) == 2  # type: ignore[arg-type]
    assert capsys.readouterr().err == (
        "SAMSPILL_RETENTION_VAULT_ADDRESS: set it, since keys are wrapped or kept in Vault\n"
    )
    monkeypatch.setenv(f"{PREFIX}VAULT_ADDRESS", VAULT["vault_address"])
    assert main("retention", Settings, serve=None, arguments=arguments) == 0  # type: ignore[arg-type]

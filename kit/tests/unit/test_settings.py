"""Settings come from the environment as they are written there."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic_settings import SettingsConfigDict

from samspill_kit.settings import (
    DatabaseSettings,
    EventSettings,
    HostPort,
    OwnerSettings,
    ServiceSettings,
)


class Settings(ServiceSettings, DatabaseSettings, EventSettings):
    model_config = SettingsConfigDict(env_prefix="SAMSPILL_TRIAL_")

    other_address: HostPort


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    secret = tmp_path / "url"
    secret.write_text("postgresql://role:word@host:5432/trial\n")
    told = {
        "INSTALLATION": "trial",
        "TLS_DIRECTORY": str(tmp_path),
        "RPC_LISTEN": "127.0.0.1:9333",
        "OTHER_ADDRESS": "[::1]:9444",
        "DATABASE_URL_FILE": str(secret),
        "JOBS_DATABASE_URL_FILE": str(secret),
        "NATS_URL_FILE": str(secret),
        "SOMETHING_ELSE": "ignored",
    }
    for name, value in told.items():
        monkeypatch.setenv(f"SAMSPILL_TRIAL_{name}", value)
    return monkeypatch


def test_addresses_are_written_as_host_and_port(environment: pytest.MonkeyPatch) -> None:
    settings = Settings()  # type: ignore[call-arg]

    assert settings.rpc_listen == HostPort("127.0.0.1", 9333)
    assert settings.other_address == HostPort("::1", 9444)
    assert str(settings.other_address) == "[::1]:9444"


def test_a_wrong_value_is_named_but_never_repeated(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SAMSPILL_TRIAL_RPC_LISTEN", "hemmelig")

    with pytest.raises(ValidationError) as refused:
        Settings()  # type: ignore[call-arg]

    assert "rpc_listen" in str(refused.value)
    assert "hemmelig" not in str(refused.value)


def test_settings_do_not_change_while_the_service_runs(environment: pytest.MonkeyPatch) -> None:
    settings = Settings()  # type: ignore[call-arg]

    with pytest.raises(ValidationError):
        settings.log_level = "debug"  # type: ignore[misc]


def test_callers_are_names_separated_by_commas(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SAMSPILL_TRIAL_RPC_CALLERS", "gateway, reports")

    settings = Settings()  # type: ignore[call-arg]

    assert settings.rpc_callers == {"gateway", "reports"}


def test_migrating_needs_the_owners_connection_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret = tmp_path / "owner-url"
    secret.write_text("postgresql://trial_owner:word@host:5432/trial\n")
    monkeypatch.setenv("SAMSPILL_TRIAL_OWNER_DATABASE_URL_FILE", str(secret))

    assert OwnerSettings(_env_prefix="SAMSPILL_TRIAL_").owner_database_url_file == secret  # type: ignore[call-arg]


def test_migrating_without_it_says_which_setting_is_missing() -> None:
    with pytest.raises(ValidationError, match="owner_database_url_file"):
        OwnerSettings(_env_prefix="SAMSPILL_TRIAL_")  # type: ignore[call-arg]

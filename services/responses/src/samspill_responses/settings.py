"""Every knob of responses, its default and why."""

from datetime import timedelta

from pydantic_settings import SettingsConfigDict

from samspill_kit.settings import DatabaseSettings, EventSettings, HostPort, ServiceSettings


class Settings(ServiceSettings, DatabaseSettings, EventSettings):
    """Everything an operator can set for the responses service."""

    model_config = SettingsConfigDict(env_prefix="SAMSPILL_RESPONSES_")

    identity_address: HostPort
    """Where the public keys of passports and permits are fetched."""

    retention_address: HostPort
    """Where the keys of surveys are lent."""

    identity_timeout: timedelta = timedelta(milliseconds=800)
    """Budget for fetching signing keys; below the gateway's 2 s."""

    retention_timeout: timedelta = timedelta(milliseconds=800)
    """Budget for one key; needed at a survey's first save in this process, then once a lease."""

    seal_every: timedelta = timedelta(seconds=5)
    """How soon after the closing time the sealing is told; answers are refused at once anyway."""

    erase_every: timedelta = timedelta(minutes=10)
    """How often the own timer looks for surveys past their day; below an hour (clock guard)."""

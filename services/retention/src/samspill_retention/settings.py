"""Every knob of retention, its default and why."""

from __future__ import annotations

from datetime import timedelta

from pydantic import DirectoryPath, FilePath
from pydantic_settings import SettingsConfigDict

from samspill_kit.settings import DatabaseSettings, EventSettings, HostPort, ServiceSettings


class Settings(ServiceSettings, DatabaseSettings, EventSettings):
    """Everything an operator can set for the retention service."""

    model_config = SettingsConfigDict(env_prefix="SAMSPILL_RETENTION_")

    root_key_file: FilePath
    """32 random bytes that wrap every key of the store; a mounted secret."""

    key_store_directory: DirectoryPath
    """Volume of the key store; its backups live seven days at the most (SPEC P1)."""

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

"""Every knob of reports, its default and why."""

from datetime import timedelta

from pydantic_settings import SettingsConfigDict

from samspill_kit.settings import DatabaseSettings, HostPort, ServiceSettings


class Settings(ServiceSettings, DatabaseSettings):
    """Everything an operator can set for the reports service."""

    model_config = SettingsConfigDict(env_prefix="SAMSPILL_REPORTS_")

    identity_address: HostPort
    surveys_address: HostPort
    responses_address: HostPort

    call_timeout: timedelta = timedelta(seconds=5)
    """Budget for one call while a report is gathered; below the gateway's 20 s."""

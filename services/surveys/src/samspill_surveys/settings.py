"""Every knob of the surveys service, with its default and why."""

from datetime import timedelta

from pydantic_settings import SettingsConfigDict

from samspill_kit.settings import DatabaseSettings, EventSettings, HostPort, ServiceSettings


class Settings(ServiceSettings, DatabaseSettings, EventSettings):
    """Everything an operator can set for the surveys service."""

    model_config = SettingsConfigDict(env_prefix="SAMSPILL_SURVEYS_")

    identity_address: HostPort
    """Roster, grants, and the keys that passports are verified with."""

    responses_address: HostPort
    """What prepares and seals a survey."""

    retention_address: HostPort
    """Lifetimes and keys."""

    identity_timeout: timedelta = timedelta(seconds=2)
    """Budget for one call; a roster of two thousand names is opened within it."""

    responses_timeout: timedelta = timedelta(seconds=3)
    """Budget for one call; preparing writes a row for each participant."""

    retention_timeout: timedelta = timedelta(seconds=2)
    """Budget for one call; a key file is written with fsync before it answers."""

    overdue_every: timedelta = timedelta(hours=1)
    """How often this service looks for surveys that retention should have deleted. The guard of
    the clock needs a look at least every 25 hours."""

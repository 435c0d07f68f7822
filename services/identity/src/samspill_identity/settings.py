"""Every knob of the identity service, with its default and why."""

from datetime import timedelta

from pydantic import FilePath
from pydantic_settings import SettingsConfigDict

from samspill_kit.settings import (
    DatabaseSettings,
    EventSettings,
    HostPort,
    OwnerSettings,
    ServiceSettings,
)


class Settings(ServiceSettings, DatabaseSettings, EventSettings):
    """Everything an operator can set for the identity service."""

    model_config = SettingsConfigDict(env_prefix="SAMSPILL_IDENTITY_")

    retention_address: HostPort
    """School keys and the pepper."""

    retention_timeout: timedelta = timedelta(seconds=2)
    """Budget for one call; a key file is written with fsync before it answers."""

    keycloak_address: str
    """Keycloak as this service reaches it, without a slash at the end."""

    keycloak_public_address: str | None = None
    """Keycloak as browsers reach it, the issuer of its tokens; absent: the same."""

    keycloak_realm: str = "samspill"
    """The realm that holds the staff."""

    keycloak_timeout: timedelta = timedelta(seconds=5)
    """Budget for one call of a sign-in or of the staff directory."""

    keycloak_refresh_timeout: timedelta = timedelta(seconds=2)
    """Budget for a look at a person's rights; must stay below the gateway's 4 s. Without an answer
    known rights are kept, and Keycloak is left alone for ten seconds."""

    oidc_client_id: str = "samspill-web"
    """The sign-in client."""

    oidc_client_secret_file: FilePath
    """Its secret, which this service alone holds."""

    admin_client_id: str = "samspill-identity"
    """The service account that reads who is in which group."""

    admin_client_secret_file: FilePath
    """Its secret."""

    public_address: str
    """Where browsers reach the gateway; sign-in returns to its /logg-inn/retur."""

    schools_file: FilePath
    """TOML: the municipality and its schools, each with orgnr and name; opened at each start."""

    second_factor_for_names: bool = False
    """Show names only to sign-ins that had a second factor. Keycloak must offer one; its claim
    `acr` says 2 then (docs/keycloak.md)."""

    audit_heads_every: timedelta = timedelta(minutes=5)
    """How often the heads of the audit chains are handed to retention."""

    overdue_every: timedelta = timedelta(hours=1)
    """How often this service looks for surveys that retention should have deleted. The guard of
    the clock needs a look at least every 25 hours."""

    signing_keys_every: timedelta = timedelta(minutes=1)
    """How often replicas look for a signing key that another one has made."""


class MigrationSettings(OwnerSettings):
    """What `migrate` is told; Keycloak is tried where it is named."""

    model_config = SettingsConfigDict(env_prefix="SAMSPILL_IDENTITY_")

    keycloak_address: str | None = None
    keycloak_realm: str = "samspill"
    oidc_client_id: str = "samspill-web"
    oidc_client_secret_file: FilePath | None = None
    admin_client_id: str = "samspill-identity"
    admin_client_secret_file: FilePath | None = None

"""Tries the two clients' secrets before anything serves, since nobody else would until somebody cannot sign in."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import httpx

from samspill_identity.settings import MigrationSettings
from samspill_kit.logging import get_logger
from samspill_kit.settings import SettingRefused, read_secret

log = get_logger(__name__)

_PATIENCE: Final = 10.0
_SIGN_IN: Final = {"grant_type": "authorization_code", "code": "none"}
_SERVICE_ACCOUNT: Final = {"grant_type": "client_credentials"}


async def demand_entry(settings: MigrationSettings) -> None:
    """Ask Keycloak whether it knows realm, clients and secrets; one that is away is left alone.

    Raises:
        SettingRefused: Keycloak has no such realm, or refuses a client.
    """
    if settings.keycloak_address is None:
        return
    tried = (
        ("oidc_client_secret_file", settings.oidc_client_id, _SIGN_IN),
        ("admin_client_secret_file", settings.admin_client_id, _SERVICE_ACCOUNT),
    )
    realm = f"{settings.keycloak_address}/realms/{settings.keycloak_realm}"
    try:
        async with httpx.AsyncClient(timeout=_PATIENCE) as http:
            for setting, client, question in tried:
                file: Path | None = getattr(settings, setting)
                if file:
                    asked = {**question, "client_id": client, "client_secret": read_secret(file)}
                    answer = await http.post(f"{realm}/protocol/openid-connect/token", data=asked)
                    _judge(setting, answer.status_code)
    except (httpx.TransportError, httpx.InvalidURL) as error:
        log.warning("Keycloak does not answer; nobody can sign in yet", error=type(error).__name__)


def _judge(setting: str, status: int) -> None:
    """A right secret gets 200, or 400 for the code that nobody has; a wrong one gets 401."""
    if status == httpx.codes.NOT_FOUND:
        raise SettingRefused("keycloak_realm", "Keycloak has no realm of this name")
    if status == httpx.codes.UNAUTHORIZED:
        raise SettingRefused(setting, "Keycloak refuses this client or its secret")
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        log.warning("Keycloak answers with an error; nobody can sign in yet", status=status)
